"""Runs in processes that are killed, again and again: in the end the picture is the same."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT

from jnst.pictures import files
from jnst.runs import checkpoint

WORDS = ["--size", "40", "--first-size", "32", "--quiet", "--no-cache", "--content-layers"]
WORDS += ["relu1_1", "--style-layers", "relu1_1", "relu1_2"]
TINY = [str(ROOT / "tests/support/tiny.py"), "stylize", *WORDS, "--style-loss", "gram", "--steps"]
BYHAND = [*TINY, "250", "40", "--engine", "byhand"]
BYJAX = [*TINY, "150", "40"]
KEPT = ["--checkpoint", "kept", "--checkpoint-every", "0", "--resume"]


def reached():
    """Return how far the checkpoint is, or None where there is none."""
    found = checkpoint.load(Path("kept"))
    return None if found is None else found.point.step


@pytest.mark.parametrize(
    ("program", "kills"), [(BYHAND, 2), pytest.param(BYJAX, 2, marks=pytest.mark.slow)]
)
def test_a_run_killed_again_and_again_loses_nothing(program, kills, tmp_path, monkeypatch):
    """SIGKILL at random moments; JNST_KILLS says how often."""
    monkeypatch.chdir(tmp_path)

    def start(*more):
        return subprocess.Popen([sys.executable, *program, *more])

    with start("-o", "whole.png") as whole:
        assert whole.wait(300) == 0
    chance, before, steps = random.Random(1), None, []
    for _ in range(int(os.environ.get("JNST_KILLS", kills))):
        with start(*KEPT, "-o", "out.png") as process:
            # From before its first checkpoint, while it starts, to somewhere in the middle.
            if chance.random() < 0.7:
                while process.poll() is None and reached() in (None, 0, before):
                    time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
        assert not os.path.exists("out.png") or files.read("out.png") is not None
        step = reached()
        # None: it had not begun, or was faster.
        assert step is None or before is None or step >= before
        before = step
        steps.append(step)
    assert any(steps), "no kill came in the middle"
    with start(*KEPT, "-o", "out.png") as process:
        assert process.wait(300) == 0
    np.testing.assert_array_equal(files.read("out.png"), files.read("whole.png"))
    assert os.listdir("kept") == [".jnst-lock"]
