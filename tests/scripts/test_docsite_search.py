"""The search box, in a browser and from disk."""

import pytest
from docsite.site import Entry, Link, Site
from helpers import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
ENTRIES = [
    Entry("jnst.a", "widen", "reference/jnst/a.html#widen", "Make strokes broad."),
    Entry("Look", "Larger strokes", "manual/look.html#larger-strokes", "See the <b> option."),
    Entry("Look", "Time", "manual/look.html#time", "More steps take longer."),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build a small site, with a page two folders deep."""
    small = Site(tmp_path_factory.mktemp("site"), entries=ENTRIES)
    small.sections["Manual"] = [Link("Look", "manual/look.html")]
    for path in ("manual/look.html", "a/b/c.html"):
        small.write(path, '<h1 id="larger-strokes">x</h1>', title="Look")
    small.finish()
    return small.folder


@pytest.fixture
def page(site, browser):
    """Return the deep page in a tab of its own."""
    tab = browser.new_page()
    tab.goto((site / "a/b/c.html").as_uri())
    yield tab
    tab.close()


def found(page, words):
    page.locator("input[type=search]").fill(words)
    page.locator("#found").wait_for(state="visible")
    return page.locator("#found strong").all_inner_texts()


def test_what_users_look_for_comes_before_what_is_inside(page):
    assert found(page, "strokes") == ["Larger strokes", "widen"]


def test_all_words_have_to_be_there_in_any_case(page):
    assert found(page, "STEPS longer") == ["Time"]
    assert found(page, "steps strokes") == []
    assert page.locator("#found").inner_text() == "Nothing found."


def test_text_is_shown_as_it_is(page):
    found(page, "option")
    assert page.locator("#found span").inner_text() == "See the <b> option."


def test_keys_lead_to_what_is_found(page):
    page.keyboard.press("/")
    page.keyboard.type("strokes")
    page.locator("#found a").first.wait_for()
    focused = page.locator("#found a:focus strong")
    for key, name in {
        "ArrowDown": "Larger strokes",
        "Tab": "widen",
        "ArrowUp": "Larger strokes",
    }.items():
        page.keyboard.press(key)
        assert focused.inner_text() == name
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address.endswith("/manual/look.html#larger-strokes"))


def test_the_contents_open_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    sidebar = page.locator("nav.sidebar")
    assert not sidebar.is_visible()
    page.locator("label[for=menu]").click()
    assert sidebar.is_visible()
