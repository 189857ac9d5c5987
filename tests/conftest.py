"""Strict modes for every test: shapes checked, silent dtype and rank promotion refused."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")

import jaxtyping

jaxtyping.install_import_hook("jnst", "beartype.beartype")
