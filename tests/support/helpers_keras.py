"""Keras's networks without the weights that they would begin with."""

import contextlib

import keras
import numpy as np
import pytest


@contextlib.contextmanager
def all_weights_zero():
    """Let Keras make weights of zeros inside a `with` block: random ones are a program a shape."""
    with pytest.MonkeyPatch.context() as patch:
        kinds = keras.initializers
        for kind in (kinds.VarianceScaling, kinds.GlorotUniform, kinds.Zeros, kinds.Ones):
            patch.setattr(kind, "__call__", lambda self, shape, dtype=None: np.zeros(shape, "f4"))
        yield
