"""Johnson's network of MobileNetV2's blocks: what a published one paints, and sizes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, program, random_params

from jnst.errors import InputError
from jnst.feedforward.networks import mobilejohnson
from jnst.weights.formats import torchfile

TABLE, FILE = mobilejohnson.table(), "mobilejohnson_mosaic.pth"


@here(FILE)
def test_parity_with_what_the_published_network_paints():
    check_oracle("mobilejohnson", most=2e-4)


def test_sides_are_rounded_up_to_multiples_of_four():
    params = random_params(np.random.default_rng(0), TABLE, np.float32)
    assert program(TABLE)(params, {"picture": np.zeros((1, 37, 50, 3))}).shape == (1, 40, 52, 3)


@here(FILE)
def test_a_broken_file_is_refused():
    tensors = torchfile.read(NETS / FILE)
    del tensors["upconv1.conv1.in3.bias"]
    with pytest.raises(InputError, match=r"upconv1.conv1.in3.bias is missing; .*\(64,\)"):
        mobilejohnson.read(tensors)
