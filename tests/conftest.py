"""Strict mode for every test: the shapes in the annotations of `jnst` are checked at each call."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")

import jaxtyping

jaxtyping.install_import_hook("jnst", "beartype.beartype")
