"""The lessons' pages: every equation of them, and one lesson as it is shown when it has run.

That all lessons run is for the tests of what they claim; here a kernel runs one.
"""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import OFFLINE, ROOT, load_script, run_script
from helpers_page import VIEWPORT, launched, overflow

LESSONS = sorted(path.stem for path in (ROOT / "scripts/walkthroughs").glob("[0-9]*.py"))
RUN = "05_backprop_by_hand"


def soup(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Build all pages without running a lesson."""
    out = tmp_path_factory.mktemp("lessons") / "texts"
    words = ["--parts", "lessons", "--text-only", "--out", str(out)]
    assert load_script("build_docs.py").main(words) == 0
    return out / "lessons"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site of one lesson that has run, otherwise as the manual says."""
    few = "--parts", "lessons", "--quick", "--only", str(int(RUN[:2]))
    return run_script("build_docs", tmp_path_factory.mktemp("lessons"), *few) / "lessons"


@pytest.mark.slow
def test_all_fourteen_are_listed_and_each_is_a_page(texts):
    assert len(LESSONS) == 14
    cards = soup(texts / "index.html").find(class_="cards")
    links = [card.find("a")["href"] for card in cards("li")]
    assert links == [f"{name}.html" for name in LESSONS]
    for name in LESSONS:
        cells = nbformat.read(texts / f"{name}.ipynb", as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code" and cell.source]
        page = (texts / f"{name}.html").read_text("utf-8")
        assert page.count('<div class="highlight') >= len(code) > 5, name


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(texts):
    for path in [*texts.glob("*.html"), *texts.parent.glob("*.css")]:
        text = path.read_text("utf-8")
        assert not re.search(r"@import|\burl\(", text), path
        links = re.findall(r"""\b(?:src|href) *= *["']?([^"'> ]*)""", text)
        assert path.suffix == ".css" or len(links) > 3, path
        assert not [link for link in links if "//" in link], path


@pytest.fixture(scope="module")
def tab():
    """Return a page of one browser for all lessons."""
    with launched(OFFLINE) as browser:
        yield browser.new_page()


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_a_browser_sets_every_equation_and_a_phone_scrolls_the_code(name, texts, tab):
    tab.set_viewport_size(VIEWPORT)
    tab.goto((texts / f"{name}.html").as_uri())
    tab.evaluate("MathJax.startup.promise")  # is kept once all is set
    shown = tab.content()
    written = soup(texts / f"{name}.html").get_text()
    assert shown.count('display="true"') >= written.count("$$") // 2 > 0
    assert "data-mjx-error" not in shown
    headings = tab.locator("main h2").count()
    assert tab.locator(".sidebar ul ul a").count() >= headings > 4
    tab.set_viewport_size({"width": 390, "height": 844})
    assert overflow(tab) == 0
    scrolled = "every => every.map(one => (one.scrollLeft = 99, one.scrollLeft))"
    assert max(tab.locator(".highlight pre").evaluate_all(scrolled)) == 99


@pytest.mark.slow
def test_a_lesson_that_has_run_shows_its_figures(site):
    card = soup(site / "index.html").find(class_="cards").find("li")
    assert (site / card.find("img")["src"]).stat().st_size > 1000
    page = soup(site / f"{RUN}.html")
    text = (ROOT / f"scripts/walkthroughs/{RUN}.py").read_text("utf-8")
    assert len(page("figure")) == text.count("lesson.show(")
    for figure in page("figure"):
        assert figure.find("figcaption"), figure
        assert (site / figure.find("img")["src"]).stat().st_size > 1000
    assert page("pre", class_="printed")
