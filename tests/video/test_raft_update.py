"""The update: as in plain NumPy, and what a gate that is shut does."""

import numpy as np
import plain_raft
import pytest
from gradcheck import close
from helpers import maps
from programs import quick

from jnst.video import raft_update

pytestmark = pytest.mark.usefixtures("in_float64")


def update(params, state, context, seen, flow):
    def both(params, state, context, seen, flow):
        known = raft_update.of_context(params, context)
        return raft_update.update(params, state, known, seen, flow)

    return quick(both)(params, state, context, seen, flow)


@pytest.fixture
def given():
    rng = np.random.default_rng(0)
    sizes = (96, 64, 196, 2)
    return plain_raft.random_params(rng), *(maps(rng, 4, 5, channels=n) for n in sizes)


def test_it_is_what_the_paper_says(given):
    params, *arrays = given
    state, change = update(params, *arrays)
    expected, wanted = plain_raft.update(params, *(array[0] for array in arrays))
    close(state[0], expected, rtol=1e-9)
    close(change[0], wanted, rtol=1e-9)


def test_where_the_gate_is_shut_the_state_stays(given):
    params, state, *others = given
    params["update_block.gru.convz"]["bias"] = np.full(96, -1e3)
    found, _ = update(params, state, *others)
    np.testing.assert_array_equal(found, state)
    params["update_block.gru.convz"]["bias"] = np.full(96, 1e3)
    found, _ = update(params, state, *others)
    assert np.abs(found).max() <= 1, "all is new, a tanh"
