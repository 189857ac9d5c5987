"""Any style at once: the style's vector, what is painted with it, and sizes."""

import numpy as np
import pytest
from painters import NETS, ORACLES, check_oracle, here, load, oracles, paint, picture

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import parameters
from jnst.feedforward.networks import ghiasi

TABLE, FILE = ghiasi.table(), "ghiasi_q8.npz"


@pytest.fixture(scope="module")
def params():
    return ghiasi.read(load(NETS / FILE))


@here(FILE)
def test_parity_with_what_the_published_network_paints(params):
    oracle = load(ORACLES / "ghiasi.npz")
    given = {"picture": picture("content.png"), ghiasi.VECTOR: oracle["style_vector"]}
    y = paint(TABLE, params, given)
    np.testing.assert_allclose(y, oracles.expected("ghiasi", "out"), rtol=0, atol=1e-3)


@pytest.mark.slow
@here(FILE)
def test_parity_from_the_painting_on():
    check_oracle("ghiasi", most=1e-3)


@pytest.mark.slow
@here(FILE)
def test_parity_with_the_published_vector_of_a_style(params):
    found = byhand.maps(TABLE, params, {"style": picture("style_256.png")}, (ghiasi.VECTOR,))
    expected = load(ORACLES / "ghiasi.npz")["style_vector"]
    np.testing.assert_allclose(found[ghiasi.VECTOR], expected, rtol=0, atol=1e-4)


@here(FILE)
def test_sides_are_rounded_up_to_multiples_of_four(params):
    small = {"picture": picture("content.png")[:, :37, :50]}
    y = paint(TABLE, params, {**small, ghiasi.VECTOR: np.zeros((1, 1, 1, 100), np.float32)})
    assert y.shape == (1, 40, 52, 3)


def test_a_third_of_the_numbers_is_of_the_style():
    """2758 scales and shifts in the paper, at the full width of 32, 64 and 128 channels."""
    rows = parameters.shapes(TABLE)
    predicted = sum(kinds["bias"][0] for row, kinds in rows.items() if "StyleNorm" in row)
    assert predicted == 2 * (10 * 32 + 16 + 8 + 3)


@here(FILE)
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("transformer/contract/conv1/weight_q", None, r"weight_q is missing; .*\(8, 3, 9, 9\)"),
        ("transformer/contract/conv1/scale", None, r"conv1/scale is missing; wanted are \(8,\)"),
        ("mobilenet_conv/Conv/bias", np.zeros(99), r"mobilenet_conv/Conv/bias has the shape"),
    ],
)
def test_a_broken_file_is_refused(name, value, says):
    tensors = load(NETS / FILE)
    del tensors[name]
    with pytest.raises(InputError, match=says):
        ghiasi.read(tensors if value is None else {**tensors, name: value})
