"""What tests of several modules share."""

import importlib.util
import os
import shutil
from pathlib import Path

import jax
import numpy as np
from gradcheck import check, close

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
"""Real pictures and networks; where they are absent, tests of them are skipped."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
"""A browser, where there is one."""
HEADLESS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
DUMP = [
    *(*HEADLESS, "--host-resolver-rules=MAP * ~NOTFOUND"),
    *("--virtual-time-budget=20000", "--dump-dom"),
]
"""How it prints a page as it is once all scripts have run, without a network."""


def one_channel(*values):
    """Return a feature map of one channel and one column."""
    return np.array(values, float).reshape(1, len(values), 1, 1)


def check_refused(status, captured, says, before):
    """Assert that a command ended with one line that says why, and left the folder as it was."""
    assert status == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("jnst: ")
    assert says in captured.err
    assert sorted(os.listdir()) == before, "nothing may be left behind"


def load_script(name):
    """Import a file of `scripts/`, which is not part of the package."""
    path = ROOT / "scripts" / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def maps(rng, *size, channels=3):
    """Random feature maps (1, *size, channels)."""
    return rng.normal(size=(1, *size, channels))


def agree(rng, x, by_jax, by_hand, backward, *, rtol=1e-13):
    """Check value and derivative; `backward(dy, y)` is the hand-written one."""
    y, vjp = jax.vjp(by_jax, x)
    close(by_hand(x), y, rtol=rtol)
    dy = rng.normal(size=y.shape)
    dx = backward(dy, by_hand(x))
    close(dx, vjp(dy)[0], rtol=rtol)
    check(lambda x: np.sum(dy * by_hand(x)), x, dx)
