"""Runs a lesson as its reader does, small, and hands over everything it defined."""

import contextlib
import os
import runpy
import sys

import jax
import matplotlib.pyplot as plt
import pytest
from helpers import ROOT
from jax.experimental.compilation_cache import compilation_cache

KEEPING = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")
LESSONS = ROOT / "scripts" / "walkthroughs"


@contextlib.contextmanager
def kept_in(folder):
    """Let JAX keep what it compiles meanwhile."""
    before = {name: getattr(jax.config, name) for name in KEEPING}
    try:
        for name, value in zip(KEEPING, (str(folder), 0.3), strict=True):
            jax.config.update(name, value)
        compilation_cache.reset_cache()
        yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
        compilation_cache.reset_cache()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Name the folder in which all test processes keep what lessons compile: each runs twice."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "compiled"


@pytest.fixture(scope="session")
def run_lesson(tmp_path_factory, compiled):
    """`run_lesson("04_gram_gradient")` -> its globals; `["options"].out` has its figures.

    Further words are options, instead of `--quick`.
    """

    def run(name, *words):
        path = LESSONS / f"{name}.py"
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(LESSONS))
            out = tmp_path_factory.mktemp(name)
            patch.setattr(sys, "argv", [str(path), *(words or ["--quick"]), "--out", str(out)])
            # Lesson 11 reads and times what the compiler does: it must do it there.
            with contextlib.nullcontext() if name == "11_speed" else kept_in(compiled):
                namespace = runpy.run_path(str(path), run_name="__main__")
        assert not plt.get_fignums(), "a figure was drawn and never shown"
        assert list(out.glob(f"{name[:2]}-*.png")), "no figure was saved"
        return namespace

    return run
