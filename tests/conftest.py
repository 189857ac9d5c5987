"""Strict mode for every test: the shapes in the annotations of `jnst` are checked at each call."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")
# Tests run side by side, and threads of NumPy's that wait for a busy core take the others' time:
# with one thread each they need half of it. Programs that tests start inherit this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import jaxtyping
import pytest

jaxtyping.install_import_hook("jnst", "beartype.beartype")


@pytest.fixture
def in_float64():
    """Let JAX compute in float64, in which gradients are checked."""
    from gradcheck import float64  # after the hook: it imports JAX

    with float64():
        yield


@pytest.fixture(autouse=True, scope="module")
def _forget_compiled_programs():
    """Let go of what a module has compiled: Linux allows a process only so many mappings.

    After a third of the modules 17 thousand were in use, and at 65 530 XLA aborts the process.
    """
    yield
    jax.clear_caches()
