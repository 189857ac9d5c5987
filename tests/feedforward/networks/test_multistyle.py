"""26 styles in one network: what its authors' copy paints, and sizes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, load, paint, random_given, random_params

from jnst.errors import InputError
from jnst.feedforward.networks import multistyle

TABLE, FILE = multistyle.table(), "multistyle26.npz"
RNG = np.random.default_rng(0)


@here(FILE)
@pytest.mark.parametrize("key", ["style0", "style7", "style19", "half7_half19"])
def test_parity_with_what_the_published_network_paints(key):
    check_oracle("multistyle", key, most=1e-4)


def test_sides_are_rounded_up_to_multiples_of_four():
    params = random_params(RNG, TABLE, np.float32)
    given = random_given(RNG, TABLE, (37, 50), np.float32)
    given["style"] = np.asarray(multistyle.style(3))
    y = paint(TABLE, params, given)
    assert y.shape == (1, 40, 52, 3)
    assert 0 <= y.min() < y.max() <= 1


def test_what_is_no_style_is_refused():
    assert multistyle.style(25)[0, 0, 0, 25] == 1
    with pytest.raises(InputError, match="there are 26 styles, with numbers from 0, but no 26"):
        multistyle.style(26)
    with pytest.raises(InputError, match="one weight for each of 26 styles, not 3"):
        multistyle.style(np.ones(3, np.float32))


@here(FILE)
def test_a_broken_file_is_refused():
    tensors = load(NETS / FILE)
    del tensors["res.3.1.norm.beta"]
    with pytest.raises(InputError, match=r"tensor res.3.1.norm.beta is missing; .*\(26, 32\)"):
        multistyle.read(tensors)
