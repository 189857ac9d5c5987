"""Tables by hand: backward to pictures, vectors and parameters = autodiff = differences."""

import numpy as np
import pytest
from painters import check_gradients, random_given, random_params

from jnst.byhand.feedforward import graph as byhand
from jnst.feedforward import layers
from jnst.feedforward.blocks import normed, own_norm, reflecting, residual, upsampled

RNG = np.random.default_rng(0)
PICTURE = layers.Input("picture", 3)
FIRST = layers.Conv("first", ("picture",), 4, 3, bias=False)


def behind(*rows):
    """Put rows behind a convolution, which has something to be trained."""
    return (PICTURE, FIRST, *rows)


X = ("first",)
SHARING = (
    PICTURE,
    layers.Input("style", 3),
    FIRST,
    layers.Conv("again", ("style",), 4, 3, bias=False, shared="first"),
)
TINY = {
    "conv, zeros, same": behind(layers.Conv("y", X, 2, 3, 2)),
    "conv, edge, no bias": behind(layers.Conv("y", X, 2, 3, padding="edge", bias=False)),
    "conv, reflect, stride 2": behind(layers.Conv("y", X, 2, 5, 2, 2, "reflect")),
    "depthwise, zeros, same": behind(layers.Conv("y", X, 4, 3, 2, groups=4)),
    "depthwise, reflect": behind(layers.Conv("y", X, 4, 3, 2, 1, "reflect", groups=4)),
    "depthwise, wider": behind(layers.Conv("y", X, 8, 3, groups=4)),
    "groups": behind(layers.Conv("y", X, 6, 3, 2, 1, "reflect", groups=2)),
    "transposed, same": behind(layers.Transposed("y", X, 2, 3, 2)),
    "transposed, one pixel": behind(layers.Transposed("y", X, 2, 3, 2, 1)),
    "transposed, one less": behind(layers.Transposed("y", X, 2, 3, 2, 1, less=1)),
    "bank": (layers.Input("vector", 5), *behind(layers.Bank("y", (*X, "vector"), 2, 3))),
    "norm": behind(layers.Norm("y", X, epsilon=1e-3)),
    "norm, not affine": behind(layers.Norm("y", X, "none", 1e-3)),
    "norm of styles": (
        layers.Input("vector", 5),
        *behind(layers.Norm("y", (*X, "vector"), "styles")),
    ),
    "norm given": behind(
        layers.Input("vector", 4),
        layers.Input("shift_vector", 4),
        layers.Norm("y", (*X, "vector", "shift_vector"), "given"),
    ),
    "relu": behind(layers.Activation("y", X)),
    "relu6": behind(layers.Rescale("more", X, 4.0), layers.Activation("y", ("more",), "relu6")),
    "tanh": behind(layers.Activation("y", X, "tanh")),
    "sigmoid": behind(layers.Activation("y", X, "sigmoid")),
    "rescale": behind(layers.Rescale("y", X, 150 / 255, 0.5)),
    "rescale, by channel": behind(layers.Rescale("y", X, 2.0, (0.5, -1.0, 0.0, 2.0))),
    "pad": behind(layers.Pad("y", X, 4)),
    "crop": behind(layers.Crop("y", X, 2)),
    "upsample": behind(layers.Upsample("y", X, 3)),
    "bilinear": behind(layers.Bilinear("y", X)),
    "pool, ceil": behind(layers.Pool("y", X)),
    "pool, valid": behind(layers.Pool("y", X, "valid")),
    "average": behind(layers.Average("y", X, 3)),
    "concatenate": behind(layers.Rescale("z", X, 2.0), layers.Concatenate("y", ("z", "picture"))),
    "noise": (
        *behind(layers.Average("small", X, 2)),
        layers.Input("noise", 2, 2),
        layers.Concatenate("y", ("small", "noise")),
    ),
    "batch norm": behind(layers.BatchNorm("y", X, 1e-3)),
    "add to itself": behind(layers.Add("y", (*X, *X))),
    "multiply": (layers.Input("vector", 4), *behind(layers.Multiply("y", (*X, "vector")))),
    "mix": (*SHARING, layers.Input("vector", 1), layers.Mix("y", ("first", "again", "vector"))),
    "mean": behind(layers.Statistic("y", X, "mean")),
    "deviation": behind(layers.Statistic("y", X, "deviation", 1e-5)),
    "gram": behind(layers.Statistic("y", X, "gram")),
    "comatch": (
        *SHARING,
        layers.Statistic("gram", ("again",), "gram"),
        layers.CoMatch("y", ("first", "gram")),
    ),
    "adain": (
        *SHARING,
        layers.Statistic("mean", ("again",), "mean"),
        layers.Statistic("deviation", ("again",), "deviation", 1e-5, True),
        layers.Norm("y", ("first", "deviation", "mean"), "given", unbiased=True),
    ),
    "whitening": (
        *SHARING,
        layers.Statistic("mean", ("again",), "mean"),
        layers.Statistic("root", ("again",), "root"),
        layers.Whiten("y", ("first", "mean", "root")),
    ),
    "residual": (
        *(stem := normed(reflecting(PICTURE, "stem", 4, 3, stride=2, bias=False), own_norm)),
        *residual(stem[-1], "block", "conv1", "conv2", 4, own_norm, bias=False),
    ),
}
TINY["residual"] = (PICTURE, *TINY["residual"])
TINY["residual"] += (upsampled(TINY["residual"][-1]),)

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("table", TINY.values(), ids=TINY)
def test_grad_of_rows(table):
    check_gradients(RNG, table)


def test_every_kind_of_row_is_in_a_tiny_network():
    kinds = {type(row) for table in TINY.values() for row in table}
    assert kinds == set(layers.Row.__args__)


def test_grad_of_several_maps_adds_up():
    table = behind(layers.Activation("y", X, "tanh"), layers.Rescale("z", ("y",), 3.0))
    params, given = random_params(RNG, table), random_given(RNG, table)
    found = byhand.maps(table, params, given, ("z",))
    dy, dz = RNG.normal(size=(2, 1, 6, 7, 4))
    both, own = byhand.backward(table, params, found, {"y": dy, "z": dz}, ("picture",))
    one, _ = byhand.backward(table, params, found, {"z": dz + dy / 3}, ("picture",))
    np.testing.assert_allclose(both["picture"], one["picture"], rtol=1e-12)
    assert own["first"].keys() == {"kernel"}


def test_grad_ends_at_a_map_that_was_given():
    table = TINY["adain"]
    params, given = random_params(RNG, table), random_given(RNG, table)
    whole, found = byhand.paint(table, params, given)
    kept = {name: found[name] for name in ("picture", "mean", "deviation")}
    y, maps = byhand.paint(table, params, kept)
    np.testing.assert_array_equal(y, whole)
    assert "again" not in maps
    dx, _ = byhand.backward(table, params, maps, {"y": np.ones_like(y)}, tuple(kept))
    np.testing.assert_allclose(dx["mean"], np.full((1, 1, 1, 4), 6 * 7))


def test_float32_stays_float32():
    for name, table in TINY.items():
        params = random_params(RNG, table, np.float32)
        given = random_given(RNG, table, dtype=np.float32)
        y, found = byhand.paint(table, params, given)
        dx, dp = byhand.backward(table, params, found, {table[-1].name: y}, tuple(given))
        for array in (y, *dx.values(), *(a for kinds in dp.values() for a in kinds.values())):
            assert array.dtype == np.float32, name
