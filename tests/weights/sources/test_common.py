"""What the readers of weights share."""

from pathlib import Path

import numpy as np
import pytest

from jnst.backbones.layers import Layer
from jnst.errors import InputError
from jnst.weights.sources import common

FILE = Path("a.h5")
PLAIN = Layer("c", "conv", ("input",), 4, (3, 3), reads=("c",))
FOLDED = Layer("d", "conv", ("c",), 4, (3, 3), reads=("k", "n"))
ALONE = Layer("s", "scale", ("d",), 4, reads=("n2",))
TABLE = (PLAIN, Layer("r", "relu", ("c",), 4), FOLDED, ALONE)


def test_layers_with_weights_and_where_these_come_from():
    assert common.weighted(TABLE) == [PLAIN, FOLDED, ALONE]
    assert [common.roles(layer) for layer in (PLAIN, FOLDED, ALONE)] == [
        ("c", None),
        ("k", "n"),
        (None, "n2"),
    ]
    assert common.biased(TABLE[:2])
    assert not common.biased(TABLE)


def test_the_network_with_most_names_in_common_wins_in_proportion():
    known = {"large": ["a", "b", "c", "d"], "small": ["a", "b"]}
    assert common.recognise(FILE, ["a", "b"], known) == "small"
    assert common.recognise(FILE, ["a", "b", "c"], known) == "large"
    with pytest.raises(InputError, match=r"a\.h5 holds none of the networks large, small"):
        common.recognise(FILE, ["z"], known)
    assert common.recognise(FILE, ["z"], {"one": ["a"]}) == "one", "one alone is not asked"


def test_arrays_by_name_and_kernels_reordered():
    kernel = np.arange(24).reshape(4, 3, 2, 1)  # output, input, height, width
    assert common.get(FILE, {"k": kernel}, "k") is kernel
    with pytest.raises(InputError, match=r"a\.h5 has no b"):
        common.get(FILE, {"k": kernel}, "b")
    assert common.hwio(kernel).shape == (2, 1, 3, 4)
    assert common.hwio(kernel)[1, 0, 2, 3] == kernel[3, 2, 1, 0]
    assert common.hwio(kernel[0, 0]) is not None
    np.testing.assert_array_equal(common.hwio(kernel[0]), kernel[0])
