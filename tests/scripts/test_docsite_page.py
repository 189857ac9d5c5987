"""What a page does in a browser, from disk: code is copied, and the sidebar shows where one is."""

import pytest
from docsite.manual import to_html
from docsite.site import Link, Site
from helpers import CHROMIUM
from helpers_page import VIEWPORT, overflow

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
PHONE = {"width": 390, "height": 844}
PAGE = f"""# Look

```console
$ jnst photo.jpg painting.jpg
chelsea.png
$ jnst show chelsea.png
```

```python
x = 1  # $ is not a prompt
print(x, "{"long" * 30}")
```
"""
CODE = {
    0: "jnst photo.jpg painting.jpg\njnst show chelsea.png",
    1: f'x = 1  # $ is not a prompt\nprint(x, "{"long" * 30}")',
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Build a site whose sidebar is too long to be seen at once."""
    site = Site(tmp_path_factory.mktemp("site"))
    body = to_html(PAGE, "look.md", "a/look.html", {}, site.folder)
    others = [Link(f"Other {i}", f"a/{i}.html") for i in range(60)]
    here = Link("Look", "a/look.html")
    site.sections["Manual"] = [*others[:40], here, *others[40:]]
    section = Link("A section", "a/look.html#look")
    site.write(here.path, body, title="Look", under=here.path, below=[section])
    site.finish()
    return (site.folder / here.path).as_uri()


@pytest.fixture
def page(address, browser):
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], viewport=VIEWPORT
    )
    tab = context.new_page()
    tab.goto(address)
    yield tab
    context.close()


@pytest.mark.parametrize("block", CODE)
def test_a_button_copies_code_without_prompts_and_what_is_printed(page, block):
    found = page.locator(".highlight").nth(block)
    found.hover()
    found.locator("button").click()
    page.wait_for_function(f"document.querySelectorAll('.copy')[{block}].textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == CODE[block]


def test_long_lines_scroll_on_a_phone_and_by_keyboard(page):
    page.set_viewport_size(PHONE)
    page.reload()
    assert overflow(page) == 0
    code = page.locator(".highlight pre").nth(1)
    assert code.evaluate("one => (one.scrollLeft = 99, one.scrollLeft)") == 99
    assert code.evaluate("one => one.tabIndex") == 0


def test_the_sidebar_shows_where_one_is(page):
    in_sight = "one => (r => r.top > 0 && r.bottom <= innerHeight)(one.getBoundingClientRect())"
    section = page.locator(".sidebar ul ul a")
    assert section.evaluate(in_sight), "beside the text"
    assert page.evaluate("scrollY") == 0
    page.set_viewport_size(PHONE)
    assert not section.is_visible(), "folded, on a phone"
    page.locator("label[for=menu]").click()
    assert section.evaluate(in_sight), "unfolded"
    assert page.locator("h1").is_visible()
