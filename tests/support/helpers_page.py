"""The page in a browser, of a server in a process of its own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from helpers import BROWSERS, CHROMIUM, HEADLESS
from helpers_web import png

VIEWPORT = {"width": 1280, "height": 900}
HASTE = """
const later = window.setTimeout;
window.setTimeout = (call, pause, ...rest) => later(call, pause / 8, ...rest);
"""
"""Script for a page: what it asks the server every one or four seconds, it asks eight times as
often."""


@contextlib.contextmanager
def started(folder, **environment):
    """Start `jnst web` on a free port; yield its address; Ctrl-C ends it, and is heard."""
    script = Path(__file__).with_name("serve.py")
    process = subprocess.Popen(
        [sys.executable, script, "--port", "0", "--folder", folder],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield re.findall(r"http://\S+/", process.stdout.readline())[0]
        process.send_signal(signal.SIGINT)
        status = process.wait(30)
        assert status == 130, f"jnst web ended with status {status}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def launched(*options):
    """Start the browser; where there is none, the test is skipped."""
    if CHROMIUM is None:
        pytest.skip(f"no browser is here: none of {', '.join(BROWSERS)}")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*HEADLESS, *options])
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(context, address):
    """Open the page; in the end see that it asked for nothing elsewhere, and had no fault.

    All pages of the context are closed then, and begin anew.
    """
    requests, faults = [], []

    def asked(request):
        requests.append(request.url)

    context.on("request", asked)
    context.set_default_timeout(20_000)
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        yield page
        own = urlsplit(address).netloc
        foreign = [url for url in requests if urlsplit(url).netloc not in (own, "")]
        assert requests
        assert foreign == []
        assert all(url.startswith((address, "blob:", "data:")) for url in requests)
        assert faults == [], faults
    finally:
        context.remove_listener("request", asked)
        for one in context.pages:
            one.close()


def picture(name, *size):
    return {"name": name, "mimeType": "image/png", "buffer": png(*size)}


def give_both(page):
    page.set_input_files("#content", picture("house.png"))
    page.set_input_files("#style", picture("waves.png", 24, 24))
    page.wait_for_selector(".zone[data-what=content].filled")
    page.wait_for_selector(".zone[data-what=style].filled")


LONG, SOME_SECONDS, PREVIEW = 16, 17, 18
"""Seeds for the painter that pretends: half a minute, to be stopped; long enough to watch; and a
preview, until it is stopped."""


def paint(page, *, seed=LONG):
    """Give a pair, and paint it; return when it is being painted."""
    give_both(page)
    page.fill("#size", "32")
    page.click("#more summary")
    page.fill("#seed", str(seed))
    page.click("#paint")
    page.wait_for_selector("#run[data-status=running]")


def painted(page):
    """Give a pair, and paint it in half a second; return when that is done."""
    give_both(page)
    page.fill("#size", "32")
    page.click("#paint")
    finished(page)


def finished(page):
    page.wait_for_selector("#run[data-status=done]")


def begun(page):
    """Wait for a run that may be over very soon."""
    page.wait_for_selector("#run", state="visible")


def overflow(page):
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("(one => one.scrollWidth - one.clientWidth)(document.documentElement)")


def until(page, holds, *, seconds=20.0):
    """Wait for an expression to hold. Playwright's own wait is code within the page: forbidden."""
    end = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < end, f"not within {seconds} s: {holds}"
        time.sleep(0.05)


def focused(page, name):
    until(page, f"document.activeElement.id === '{name}'")
