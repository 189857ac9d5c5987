"""What is told to `logging`, and that nothing of it is printed unasked."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from jnst.methods.progress import Progress
from jnst.runs import log


def progress(step, size=(4, 6), shrink=1.0):
    picture = np.zeros((1, *size, 3), np.float32)
    return Progress(step, 2.0, {"style": 1.5, "tv": 0.5}, picture, picture, 1.0, shrink)


RUN = [progress(1), progress(2), progress(3, (8, 12)), progress(4, (8, 12), 0.5)]
SIZES = [
    ("INFO", "step 1 of 5: 6 x 4 pixels"),
    ("INFO", "step 3 of 5: 12 x 8 pixels"),
]
BACK = (
    "WARNING",
    "step 4: the loss is not a finite number; back to the best picture so far, with smaller steps",
)
STEPS = [("DEBUG", f"step {i} of 5, total 2, style 1.5, tv 0.5") for i in range(1, 6)]


@pytest.mark.parametrize(
    ("level", "expected"), [("DEBUG", [*SIZES, BACK, *STEPS]), ("INFO", [*SIZES, BACK])]
)
def test_sizes_troubles_and_steps(caplog, level, expected):
    with caplog.at_level(level, "jnst"):
        tell = log.steps(5)
        for one in [*RUN, progress(5, (8, 12), 0.25)]:
            tell(one)
    found = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert sorted(found) == sorted(expected)
    assert {one.name for one in caplog.records} == {"jnst"}


def test_a_program_without_logging_sees_nothing():
    program = "from jnst.runs.log import LOG; LOG.warning('seen')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert logging.getLogger("jnst").level == logging.NOTSET
