"""The browser of the tests, where there is one, and a server with a painter that pretends."""

import pytest
from helpers import BROWSERS, CHROMIUM, HEADLESS
from helpers_web import PRETEND, serving

from jnst.web import worker


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip(f"no browser is here: none of {', '.join(BROWSERS)}")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=HEADLESS)
        yield found
        found.close()


@pytest.fixture(autouse=True)
def _pretending(monkeypatch):
    monkeypatch.setattr(worker, "COMMAND", PRETEND)


@pytest.fixture
def site(tmp_path):
    with serving(tmp_path / "web") as found:
        yield found
