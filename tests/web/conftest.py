"""The browser of the tests, where there is one, and servers with a painter that pretends."""

import pytest
from helpers_page import HASTE, VIEWPORT, launched, opened
from helpers_web import serving


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def context(browser):
    """Return a profile for all pages of a module: a new one takes a second of the processor."""
    made = browser.new_context(viewport=VIEWPORT)
    made.add_init_script(HASTE)
    yield made
    made.close()


@pytest.fixture
def site(tmp_path):
    """Return a server of the test's own."""
    with serving(tmp_path / "web") as found:
        yield found


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory):
    """Return the server of all tests of a module; see `page`."""
    with serving(tmp_path_factory.mktemp("site") / "web") as found:
        yield found


@pytest.fixture
def page(context, shared_site):
    """Return the page in a tab of its own, of a server without runs; see `opened`."""
    with opened(context, shared_site.address) as found:
        yield found
    for run in list(shared_site.store.runs.values()):
        shared_site.worker.remove(run)
