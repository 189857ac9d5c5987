"""What tests of several modules share."""

import importlib.util
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gradcheck import check, close
from programs import value_and_pullback

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
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"
DUMP = [
    *(*HEADLESS, OFFLINE),
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


def documents():
    """Return the README and the pages of the manual, whose commands are run by tests, by path."""
    paths = [ROOT / "README.md", *sorted((ROOT / "scripts/manual").glob("*.md"))]
    return {path: path.read_text(encoding="utf-8") for path in paths}


def script_commands():
    """Return the commands of the documents that run files of `scripts/`: name -> words after it."""
    text = "\n".join(documents().values())
    commands = re.findall(r"^\$ python scripts/(.*)\.py (.*)$", text, re.MULTILINE)
    return {name: shlex.split(words) for name, words in commands}


def run_script(name, folder, *more):
    """Run a command of `script_commands` in a folder; return the folder it was told to fill."""
    words = [*script_commands()[name], *more]
    command = [sys.executable, ROOT / "scripts" / f"{name}.py", *words]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder / words[words.index("--out") + 1]


def maps(rng, *size, channels=3):
    """Random feature maps (1, *size, channels)."""
    return rng.normal(size=(1, *size, channels))


def some(*choices, of):
    """List all combinations of the choices as cases of a test, of which the fast set takes a part.

    The part is 1 in `of`, along diagonals; each choice is in it, or there is an error.
    """
    cases, seen = [], set()
    for case in itertools.product(*(enumerate(options) for options in choices)):
        places, values = zip(*case, strict=True)
        is_fast = sum(places) % of == 0
        seen |= set(enumerate(places)) if is_fast else set()
        cases.append(pytest.param(*values, marks=[] if is_fast else [pytest.mark.slow]))
    assert len(seen) == sum(map(len, choices)), "some choice is in no case of the fast set"
    return cases


def agree(rng, x, by_jax, by_hand, backward, *, rtol=1e-13, name=None):
    """Check value and derivative; `backward(dy, y)` is the hand-written one."""
    expected = by_hand(x)
    dy = rng.normal(size=expected.shape)
    y, automatic = value_and_pullback(by_jax)(x, dy)
    name = name or getattr(backward, "__qualname__", repr(backward))
    close(expected, y, rtol=rtol, name=name)
    dx = backward(dy, expected)
    close(dx, automatic, rtol=rtol, name=name)
    check(lambda x: np.sum(dy * by_hand(x)), x, dx, name=name)
