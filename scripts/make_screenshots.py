"""Take the pictures of the page: `make_screenshots.py --out FOLDER`, with Playwright and Chromium.

`jnst web` runs on a free port, in a folder of its own that goes in the end, and paints the built-in
pair. Each state of the page is taken as wide as a desk's screen and as a phone's. All requests are
listed in the end; one that goes to another host fails the script.
"""

import argparse
import contextlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, sync_playwright

WIDTHS = {"desktop": 1280, "phone": 390}
LONGEST = 30 * 60_000  # milliseconds that a picture may take


@contextlib.contextmanager
def started(program: Sequence[str]) -> Iterator[str]:
    """Run a program of Python's in a folder of its own; yield its address, and end it by Ctrl-C."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, *program, "--port", "0", "--folder", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                yield re.findall(r"http://\S+/", server.stdout.readline())[0]
            finally:
                server.send_signal(signal.SIGINT)


def paint(page: Page, size: int) -> None:
    """Begin to paint the built-in pair, as a draft."""
    page.click("#samples")
    page.wait_for_selector(".zone[data-what=style].filled img[src]")
    page.fill("#size", str(size))
    page.click("label[for=quality-draft]")
    page.click("#paint")
    page.wait_for_selector("#run[data-status=running]")


def states(page: Page, size: int) -> Iterator[str]:
    """Lead the page from state to state, and yield the name of each."""
    yield "empty"
    paint(page, size)
    page.wait_for_selector("#curve", state="visible")
    yield "running"
    page.wait_for_selector("#run[data-status=done]")
    page.wait_for_selector("#after[src*='picture.png']")
    page.fill("#cut", "40")
    yield "finished"
    page.set_input_files("#content", {"name": "notes.txt", "mimeType": "", "buffer": b"no picture"})
    page.wait_for_selector("#error-content:not(:empty)")
    yield "error"
    paint(page, 64)
    page.wait_for_selector("#run[data-status=done]")
    page.evaluate("document.querySelector('#gallery').scrollIntoView()")
    yield "gallery"


def take(page: Page, out: Path, size: int) -> None:
    """Take a picture of each state at each width."""
    page.wait_for_selector("body[data-ready]")
    for state in states(page, size):
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(500)  # for what moves
            file = out / f"{state}-{name}.png"
            if state == "gallery":
                page.locator("#gallery").screenshot(path=file)
            else:
                page.screenshot(path=file, full_page=True)
            print(file, flush=True)


def said(request: Request) -> str:
    """Return a request's method and path, without IDs and all that follows the path."""
    return f"{request.method} {re.sub('[0-9a-f]{16}', 'ID', urlsplit(request.url).path)}"


def main(
    arguments: Sequence[str] | None = None, *, program: Sequence[str] = ("-m", "jnst", "web")
) -> int:
    """Take all pictures of the page that a program serves; return 1 where it asked elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--size", type=int, default=384, help="of the picture; default: 384")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    requests: list[Request] = []
    with started(program) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        page.set_default_timeout(LONGEST)
        page.on("request", lambda request: requests.append(request))
        page.goto(address)
        take(page, options.out, options.size)
        browser.close()
    print(*sorted({said(request) for request in requests}), sep="\n")
    own = urlsplit(address).netloc
    foreign = {one.url for one in requests if urlsplit(one.url).netloc != own}
    for url in foreign:
        print(f"asked for elsewhere: {url}", file=sys.stderr)
    return 1 if foreign else 0


if __name__ == "__main__":
    sys.exit(main())
