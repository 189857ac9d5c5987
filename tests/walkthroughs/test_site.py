"""All lessons together: the site that the README's command builds, small."""

import re
import subprocess

import pytest
from bs4 import BeautifulSoup
from helpers import CHROMIUM, DUMP, ROOT, load_script

pytestmark = pytest.mark.slow
LESSONS = sorted(path.stem for path in (ROOT / "scripts/walkthroughs").glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory, compiled):
    out = tmp_path_factory.mktemp("lessons") / "site"
    with pytest.MonkeyPatch.context() as patch:  # for the kernels
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(compiled))
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")
        assert load_script("build_lessons.py").main(["--quick", "--out", str(out)]) == 0
    return out


def test_it_has_all_twelve_with_their_pictures(site):
    assert len(LESSONS) == 12
    index = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    cards = index("li")
    assert [card.find("a")["href"] for card in cards] == [f"{name}.html" for name in LESSONS]
    for name, card in zip(LESSONS, cards, strict=True):
        assert (site / card.find("img")["src"]).stat().st_size > 1000
        page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        assert len(page("figure")) >= 2, name
        assert all(figure.find("figcaption") for figure in page("figure")), name


def test_nothing_is_loaded_from_elsewhere(site):
    for path in [*site.glob("*.html"), *site.glob("*.css")]:
        text = path.read_text("utf-8")
        assert not re.search(r"@import|\burl\(", text), path
        for tag in BeautifulSoup(text, "html.parser")(True):
            assert "//" not in (tag.get("src") or tag.get("href") or ""), path


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("name", LESSONS)
def test_a_browser_sets_every_equation(name, site, tmp_path):
    command = [CHROMIUM, *DUMP, f"--user-data-dir={tmp_path}", (site / f"{name}.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    written = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser").get_text()
    assert shown.count('display="true"') >= written.count("$$") // 2 > 0
    assert "data-mjx-error" not in shown
