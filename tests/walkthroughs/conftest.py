"""Runs a lesson as its reader does, small, and hands over everything it defined."""

import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

LESSONS = Path(__file__).resolve().parents[2] / "scripts" / "walkthroughs"


@pytest.fixture(scope="session")
def run_lesson(tmp_path_factory):
    """`run_lesson("04_gram_gradient")` -> its globals; `["options"].out` has its figures.

    Further words are options, instead of `--quick`.
    """

    def run(name, *words):
        path = LESSONS / f"{name}.py"
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(LESSONS))
            out = tmp_path_factory.mktemp(name)
            patch.setattr(sys, "argv", [str(path), *(words or ["--quick"]), "--out", str(out)])
            namespace = runpy.run_path(str(path), run_name="__main__")
        assert not plt.get_fignums(), "a figure was drawn and never shown"
        assert list(out.glob(f"{name[:2]}-*.png")), "no figure was saved"
        return namespace

    return run
