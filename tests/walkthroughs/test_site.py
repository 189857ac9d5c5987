"""The lessons' pages: every equation of all twelve, and one lesson as it is shown when it has run.

That all lessons run is for the tests of what they claim; here a kernel runs one.
"""

import re
import subprocess

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import CHROMIUM, DUMP, ROOT, load_script

LESSONS = sorted(path.stem for path in (ROOT / "scripts/walkthroughs").glob("[0-9]*.py"))
RUN = "05_backprop_by_hand"


def build(out, *words):
    assert load_script("build_lessons.py").main([*words, "--out", str(out)]) == 0
    return out


def soup(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Build all pages without running a lesson."""
    return build(tmp_path_factory.mktemp("lessons") / "texts", "--text-only")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site of one lesson that has run."""
    number = str(int(RUN[:2]))
    return build(tmp_path_factory.mktemp("lessons") / "site", "--quick", "--only", number)


@pytest.mark.slow
def test_all_twelve_are_listed_and_each_is_a_page(texts):
    assert len(LESSONS) == 12
    links = [card.find("a")["href"] for card in soup(texts / "index.html")("li")]
    assert links == [f"{name}.html" for name in LESSONS]
    for name in LESSONS:
        cells = nbformat.read(texts / f"{name}.ipynb", as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code" and cell.source]
        page = (texts / f"{name}.html").read_text("utf-8")
        assert page.count('<div class="highlight') >= len(code) > 5, name


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(texts):
    for path in [*texts.glob("*.html"), *texts.glob("*.css")]:
        text = path.read_text("utf-8")
        assert not re.search(r"@import|\burl\(", text), path
        links = re.findall(r"""\b(?:src|href) *= *["']?([^"'> ]*)""", text)
        assert path.suffix == ".css" or len(links) > 3, path
        assert not [link for link in links if "//" in link], path


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("name", LESSONS)
def test_a_browser_sets_every_equation(name, texts, tmp_path):
    command = [CHROMIUM, *DUMP, f"--user-data-dir={tmp_path}", (texts / f"{name}.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    written = soup(texts / f"{name}.html").get_text()
    assert shown.count('display="true"') >= written.count("$$") // 2 > 0
    assert "data-mjx-error" not in shown


@pytest.mark.slow
def test_a_lesson_that_has_run_shows_its_figures(site):
    card = soup(site / "index.html").find("li")
    assert (site / card.find("img")["src"]).stat().st_size > 1000
    page = soup(site / f"{RUN}.html")
    text = (ROOT / f"scripts/walkthroughs/{RUN}.py").read_text("utf-8")
    assert len(page("figure")) == text.count("lesson.show(")
    for figure in page("figure"):
        assert figure.find("figcaption"), figure
        assert (site / figure.find("img")["src"]).stat().st_size > 1000
    assert page("pre", class_="printed")
