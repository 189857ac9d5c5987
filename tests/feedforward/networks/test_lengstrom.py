"""Johnson's network as fast-style-transfer trains it: what a published one paints, and sizes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, load, program, random_params

from jnst.errors import InputError
from jnst.feedforward.networks import lengstrom

TABLE, FILE = lengstrom.table(), "tfjohnson_la_muse_f16.npz"


@here(FILE)
@pytest.mark.parametrize("key", ["out", "out_raw_input"])
def test_parity_with_what_the_published_network_paints(key):
    """Of 0 to 255 too, which it was not trained on, but is fed by its own tool."""
    check_oracle("lengstrom", key, most=5e-5)


def test_sides_are_rounded_up_to_multiples_of_four():
    params = random_params(np.random.default_rng(0), TABLE, np.float32)
    y = program(TABLE)(params, {"picture": np.zeros((1, 37, 50, 3))})
    assert y.shape == (1, 40, 52, 3)
    assert -22.6 / 255 < y.min() <= y.max() < 277.6 / 255


@here(FILE)
def test_a_broken_file_is_refused():
    tensors = load(NETS / FILE)
    del tensors["deconv1.kernel"]
    with pytest.raises(InputError, match=r"deconv1.kernel is missing; .*\(3, 3, 64, 128\)"):
        lengstrom.read(tensors)
