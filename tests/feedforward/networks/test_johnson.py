"""Johnson's network as torch's examples train it: what a published one paints, and sizes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, load, program, random_params

from jnst.errors import InputError
from jnst.feedforward.networks import johnson

TABLE, FILE = johnson.table(), "johnson_mosaic_f16.npz"


@here(FILE)
def test_parity_with_what_the_published_network_paints():
    check_oracle("johnson", most=5e-5)


def test_sides_are_rounded_up_to_multiples_of_four():
    params = random_params(np.random.default_rng(0), TABLE, np.float32)
    assert program(TABLE)(params, {"picture": np.zeros((1, 37, 50, 3))}).shape == (1, 40, 52, 3)


@here(FILE)
def test_a_broken_file_is_refused():
    tensors = load(NETS / FILE)
    tensors["res3.in2.bias"] = tensors["res3.in2.bias"][:5]
    with pytest.raises(InputError, match=r"tensor res3.in2.bias has the shape \(5,\); .*\(128,\)"):
        johnson.read(tensors)
