"""Strict mode for every test: the shapes in the annotations of `jnst` are checked at each call."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")

import jaxtyping
import pytest

jaxtyping.install_import_hook("jnst", "beartype.beartype")


@pytest.fixture
def in_float64():
    """Let JAX compute in float64, in which gradients are checked."""
    from gradcheck import float64  # after the hook: it imports JAX

    with float64():
        yield
