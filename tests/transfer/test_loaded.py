"""What is loaded once for a run."""

import numpy as np
import pytest

from jnst.transfer.loaded import load
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.mark.parametrize(
    ("optimizer", "dtype"), [("adam", np.float32), ("scipy-lbfgs", np.float64)]
)
def test_weights_come_in_the_precision_of_the_run(optimizer, dtype):
    loaded = load(Settings(optimizer=optimizer))
    assert {array.dtype for layer in loaded.params.values() for array in layer.values()} == {
        np.dtype(dtype)
    }
    assert loaded.targets is None
