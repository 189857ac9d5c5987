"""Encoders: as in plain NumPy, and what they do not see."""

import numpy as np
import plain_raft
import pytest
from gradcheck import close
from programs import quick

from jnst.video import raft_encoder

pytestmark = pytest.mark.usefixtures("in_float64")


def test_both_are_what_the_paper_says():
    rng = np.random.default_rng(0)
    params, x = plain_raft.random_params(rng), rng.uniform(-1, 1, size=(1, 24, 32, 3))
    found = quick(raft_encoder.features)(params, x)
    assert found.shape == (1, 3, 4, 128)
    close(found[0], plain_raft.encode(params, "fnet", x[0], plain_raft.normalized), rtol=1e-9)
    found = quick(raft_encoder.context)(params, x)
    assert found.shape == (1, 3, 4, 160)
    close(found[0], plain_raft.encode(params, "cnet", x[0], lambda x: x), rtol=1e-9)


def test_features_do_not_see_contrast_and_the_context_does():
    rng = np.random.default_rng(0)
    params, x = plain_raft.random_params(rng), rng.uniform(-1, 1, size=(1, 24, 24, 3))
    for name in ("fnet.conv1", "cnet.conv1"):
        params[name]["bias"] = np.zeros(32)
    program = quick(lambda p, x: (raft_encoder.features(p, x), raft_encoder.context(p, x)))
    (features, context), (again, other) = program(params, 100 * x), program(params, 50 * x)
    np.testing.assert_allclose(features, again, rtol=1e-4, atol=1e-4)
    assert np.abs(context - other).max() > 1
