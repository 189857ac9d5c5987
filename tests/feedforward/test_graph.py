"""The engine: what rows compute, what is computed at all, and what is refused."""

import jax.numpy as jnp
import numpy as np
import pytest
from painters import random_given, random_params

from jnst.errors import InputError
from jnst.feedforward import graph, layers, parameters

RNG = np.random.default_rng(0)
PICTURE = layers.Input("picture", 3)
TABLE = (
    PICTURE,
    layers.Input("style", 2),
    layers.Conv("first", ("picture",), 2, 3, bias=False),
    layers.Rescale("twice", ("first",), 2.0, 1.0),
    layers.Add("sum", ("twice", "style")),
    layers.Activation("y", ("sum",), "relu"),
)

pytestmark = pytest.mark.usefixtures("in_float64")


def ramp(channels=1):
    return np.arange(16.0 * channels).reshape(1, 4, 4, channels)


# Of 0 to 15 in four rows the mean is 7.5 and the variance (16² - 1) / 12.
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (layers.Statistic("y", ("x",), "mean"), [[[7.5]]]),
        (layers.Statistic("y", ("x",), "deviation"), [[[21.25**0.5]]]),
        (layers.Statistic("y", ("x",), "deviation", 2.75), [[[24**0.5]]]),
        (layers.Statistic("y", ("x",), "deviation", 0.0, True), [[[(16 / 15 * 21.25) ** 0.5]]]),
        (layers.Statistic("y", ("x",), "root"), [[[(16 / 15 * 21.25) ** 0.5]]]),
        (layers.Statistic("y", ("x",), "gram"), [[[1240 / 16]]]),
        (layers.Pool("y", ("x",)), [[[5], [7]], [[13], [15]]]),
        (layers.Average("y", ("x",), 2), [[[2.5], [4.5]], [[10.5], [12.5]]]),
        (layers.Average("y", ("x",), 3), [[[5]]]),
        (layers.Concatenate("y", ("x", "x")), ramp()[0].repeat(2, axis=-1)),
        (layers.Rescale("y", ("x",), 2.0, 1.0), 2 * ramp()[0] + 1),
        (layers.Rescale("y", ("x",), 2.0, (3.0,)), 2 * ramp()[0] + 3),
        (layers.Crop("y", ("x",), 1), [[[5], [6]], [[9], [10]]]),
        (layers.Pad("y", ("x",), 2), np.pad(ramp()[0], ((2, 2), (2, 2), (0, 0)), "reflect")),
        (layers.Upsample("y", ("x",)), ramp()[0].repeat(2, 0).repeat(2, 1)),
        (layers.Activation("y", ("x",), "relu6"), np.minimum(ramp()[0], 6)),
        (layers.Activation("y", ("x",), "sigmoid"), 1 / (1 + np.exp(-ramp()[0]))),
        (layers.Add("y", ("x", "x")), 2 * ramp()[0]),
    ],
)
def test_values_worked_out_on_paper(row, expected):
    y = graph.paint((layers.Input("x", 1), row), {}, {"x": ramp()})
    np.testing.assert_allclose(y[0], expected, rtol=1e-12)


def test_each_channel_has_an_offset_of_its_own():
    table = (layers.Input("x", 2), layers.Rescale("y", ("x",), 2.0, (3.0, -1.0)))
    y = graph.paint(table, {}, {"x": ramp(2)})
    np.testing.assert_array_equal(y, 2 * ramp(2) + [3, -1])


def test_channels_are_concatenated_in_order():
    table = (layers.Input("a", 2), layers.Input("b", 1), layers.Concatenate("y", ("b", "a")))
    y = graph.paint(table, {}, {"a": ramp(2), "b": -ramp()})
    np.testing.assert_array_equal(y, np.concatenate([-ramp(), ramp(2)], axis=-1))
    assert parameters.channels(table)["y"] == 3


def comatch(x, G, W):
    table = (layers.Input("x", 2), layers.Input("gram", 2), layers.CoMatch("y", ("x", "gram")))
    given = {"x": x, "gram": np.array(G, float)[None, None]}
    return graph.paint(table, {"y": {"matrix": np.array(W, float)}}, given)


def test_features_are_turned_by_the_gram_matrix_of_a_style():
    """(W G)ᵀ x: with W G = [[2, 1], [3, 4]] and x = (1, 2) that is (8, 9)."""
    W, G = [[1, 0], [1, 1]], [[2, 1], [1, 3]]
    x = np.array([[[[1.0, 2], [0, 1]]]])
    np.testing.assert_allclose(comatch(x, G, W), [[[[8, 9], [3, 4]]]])
    other = RNG.normal(size=(2, 2))
    parts = comatch(x, G, W) + comatch(x, other, W)
    np.testing.assert_allclose(comatch(x, G + other, W), parts, rtol=1e-12)


def test_a_gram_matrix_is_divided_by_positions_and_channels():
    x = RNG.normal(size=(1, 3, 5, 4))
    table = (layers.Input("x", 4), layers.Statistic("y", ("x",), "gram"))
    y = graph.paint(table, {}, {"x": x})
    assert y.shape == (1, 1, 4, 4)
    expected = np.einsum("npqi,npqj->ij", x, x) / (3 * 5 * 4)
    np.testing.assert_allclose(y[0, 0], expected, rtol=1e-12)


def test_a_mixture_goes_from_one_map_to_the_other():
    table = (layers.Input("a", 1), layers.Input("b", 1), layers.Input("alpha", 1))
    table += (layers.Mix("y", ("a", "b", "alpha")),)
    for alpha, expected in ((0, ramp()), (1, 4 * ramp()), (0.5, 2.5 * ramp())):
        given = {"a": ramp(), "b": 4 * ramp(), "alpha": np.full((1, 1, 1, 1), float(alpha))}
        np.testing.assert_allclose(graph.paint(table, {}, given), expected)


def test_moments_of_maps_in_bfloat16_are_taken_in_float32():
    """In bfloat16 the mean would be 100, and what is 0.2 around it 0 or 0.5."""
    x = jnp.asarray(RNG.choice([99.5, 100.0, 101.0], size=(1, 32, 32, 1)), jnp.bfloat16)
    table = (layers.Input("x", 1), layers.Norm("y", ("x",)))
    given = {"scale": np.ones(1, np.float32), "shift": np.zeros(1, np.float32)}
    y = graph.paint(table, {"y": given}, {"x": x})
    exact = np.asarray(x, np.float64)
    assert y.dtype == jnp.bfloat16
    np.testing.assert_allclose(
        np.asarray(y, np.float64), (exact - exact.mean()) / exact.std(), rtol=0.004, atol=1e-3
    )


def test_only_what_is_needed_is_computed_and_what_is_given_is_not():
    assert [row.name for row in graph.needed(TABLE, {"twice"}, {})] == ["picture", "first", "twice"]
    later = graph.needed(TABLE, {"y"}, {"twice", "style"})
    assert [row.name for row in later] == ["style", "sum", "y"]
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE)
    whole = graph.maps(TABLE, params, given, ("twice", "y"))
    assert whole.keys() == {"twice", "y"}
    half = {"twice": whole["twice"], "style": given["style"]}
    np.testing.assert_array_equal(graph.paint(TABLE, {}, half), whole["y"])


def test_what_is_not_given_or_unknown_is_refused_in_one_line():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE)
    with pytest.raises(InputError, match="needs 'style', with 2 channels"):
        graph.paint(TABLE, params, {"picture": given["picture"]})
    with pytest.raises(InputError, match="'style' must have 2 channels, not 3"):
        graph.paint(TABLE, params, {**given, "style": given["picture"]})
    with pytest.raises(InputError, match="unknown row 'painting'; choose from picture, style"):
        graph.maps(TABLE, params, given, ("painting",))
    with pytest.raises(InputError, match="unknown row 'pikture'"):
        graph.paint(TABLE, params, {**given, "pikture": given["picture"]})


def test_parameters_that_do_not_fit_are_refused_in_one_line():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE)
    with pytest.raises(InputError, match="the tensor first/kernel is missing; wanted are"):
        graph.paint(TABLE, {}, given)
    with pytest.raises(InputError, match=r"first/kernel has the shape \(3, 3, 2, 2\); wanted are"):
        graph.paint(TABLE, {"first": {"kernel": params["first"]["kernel"][:, :, :2]}}, given)


def test_too_small_a_picture_is_refused_in_one_line():
    table = (PICTURE, layers.Conv("y", ("picture",), 2, 9, 1, 4, "reflect"))
    given = random_given(RNG, table, (4, 9))
    with pytest.raises(InputError, match="reflect of 4 pixels needs sides of at least 5"):
        graph.paint(table, random_params(RNG, table), given)
