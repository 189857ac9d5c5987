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

from helpers_web import png


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
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def opened(browser, address, **options):
    """Open the page; in the end see that it asked for nothing elsewhere, and had no fault."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    requests, faults = [], []
    context.on("request", lambda request: requests.append(request.url))
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.set_default_timeout(20_000)
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
        context.close()


def picture(name, *size):
    return {"name": name, "mimeType": "image/png", "buffer": png(*size)}


def give_both(page):
    page.set_input_files("#content", picture("house.png"))
    page.set_input_files("#style", picture("waves.png", 24, 24))
    page.wait_for_selector(".zone[data-what=content].filled")
    page.wait_for_selector(".zone[data-what=style].filled")


def paint(page, *, long=False):
    """Give a pair, and paint it; return when it is being painted. `long` is to be stopped."""
    give_both(page)
    page.fill("#size", "32")
    if long:
        page.click("#more summary")
        page.fill("#seed", "16")
    page.click("#paint")
    page.wait_for_selector("#run[data-status=running]")


def finished(page):
    page.wait_for_selector("#run[data-status=done]")


def overflow(page):
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("(one => one.scrollWidth - one.clientWidth)(document.documentElement)")


def until(page, holds, *, seconds=20.0):
    """Wait for an expression to hold. Playwright's own wait is code within the page: forbidden."""
    end = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < end, f"not within {seconds} s: {holds}"
        time.sleep(0.05)
