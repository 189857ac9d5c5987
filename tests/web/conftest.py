"""The browser of the tests, where there is one."""

import pytest
from helpers import BROWSERS, CHROMIUM, HEADLESS


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip(f"no browser is here: none of {', '.join(BROWSERS)}")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=HEADLESS)
        yield found
        found.close()
