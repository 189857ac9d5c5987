"""Runs a lesson as its reader does, small, and hands over everything it defined."""

import contextlib
import io
import re
import runpy
import sys
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import pytest
from helpers import ROOT
from jax.experimental.compilation_cache import compilation_cache

LESSONS = ROOT / "scripts" / "walkthroughs"
FIGURE = re.compile(r"^\[(.+\.png)\] (.+)$", re.MULTILINE)


@contextlib.contextmanager
def nothing_compiled_before():
    """Let the compiler do all its work, instead of finding it done in the tests' folder."""
    folder = jax.config.jax_compilation_cache_dir
    jax.config.update("jax_compilation_cache_dir", None)
    compilation_cache.reset_cache()
    yield
    jax.config.update("jax_compilation_cache_dir", folder)
    compilation_cache.reset_cache()


def check_figures(printed, out):
    """Check that all files are figures of some size, each with a caption without formulas.

    A caption is also what is read out instead of the figure.
    """
    captions = {Path(path): caption for path, caption in FIGURE.findall(printed)}
    assert captions.keys() == set(out.iterdir()), "a figure or a caption is missing"
    assert len(captions) >= 2
    for path, caption in captions.items():
        assert path.stat().st_size > 1000, path
        assert "$" not in caption, path


@pytest.fixture(scope="session")
def run_lesson(tmp_path_factory):
    """`run_lesson("04_gram_gradient")` -> its globals. Further words are options, not `--quick`."""

    def run(name, *words):
        path = LESSONS / f"{name}.py"
        # Lesson 11 reads and times what the compiler does: it must do it there.
        itself = name == "11_speed"
        printed = io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            nothing_compiled_before() if itself else contextlib.nullcontext(),
            contextlib.redirect_stdout(printed),
        ):
            patch.syspath_prepend(str(LESSONS))
            out = tmp_path_factory.mktemp(name)
            patch.setattr(sys, "argv", [str(path), *(words or ["--quick"]), "--out", str(out)])
            namespace = runpy.run_path(str(path), run_name="__main__")
        assert not plt.get_fignums(), "a figure was drawn and never shown"
        check_figures(printed.getvalue(), out)
        return namespace

    return run
