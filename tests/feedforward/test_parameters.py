"""The parameters of a table: their shapes, published files, and what is refused."""

import numpy as np
import pytest
from painters import random_params

from jnst.errors import InputError
from jnst.feedforward import layers, parameters

RNG = np.random.default_rng(0)
TABLE = (
    layers.Input("picture", 3),
    layers.Input("vector", 7),
    layers.Conv("a", ("picture",), 4, 5),
    layers.Conv("again", ("picture",), 4, 5, shared="a"),
    layers.Conv("b", ("a",), 4, 3, groups=4, bias=False),
    layers.Norm("n", ("b", "vector"), "styles"),
    layers.Transposed("c", ("n",), 2, 3, 2),
    layers.Norm("m", ("c",)),
    layers.Statistic("mean", ("m",), "mean"),
    layers.Norm("given", ("m", "mean", "mean"), "given"),
    layers.Norm("plain", ("given",), "none"),
    layers.Bank("bank", ("plain", "vector"), 5, 3),
    layers.Statistic("gram", ("bank",), "gram"),
    layers.CoMatch("match", ("bank", "gram")),
    layers.Concatenate("both", ("match", "plain")),
    layers.BatchNorm("batch", ("both",)),
)
SHAPES = {
    "a": {"kernel": (5, 5, 3, 4), "bias": (4,)},
    "b": {"kernel": (3, 3, 1, 4)},
    "n": {"scale": (7, 4), "shift": (7, 4)},
    "c": {"kernel": (3, 3, 2, 4)},
    "m": {"scale": (2,), "shift": (2,)},
    "bank": {"kernels": (7, 3, 3, 2, 5)},
    "match": {"matrix": (5, 5)},
    "batch": {"scale": (7,), "shift": (7,), "mean": (7,), "variance": (7,)},
}


def published(params, axes):
    """Write parameters as others do: one flat dict, kernels with their axes in another order."""
    return {
        f"{row}.{kind}": array.transpose(axes) if array.ndim == 4 else array
        for row, kinds in params.items()
        for kind, array in kinds.items()
    }


def tensor(row, kind):
    return f"{row}.{kind}"


def test_shapes_and_channels():
    assert parameters.shapes(TABLE) == SHAPES
    assert parameters.channels(TABLE)["given"] == 2
    assert parameters.channels(TABLE)["match"] == 5


@pytest.mark.parametrize(("layout", "axes"), [("OIHW", (3, 2, 0, 1)), ("HWIO", (0, 1, 2, 3))])
def test_a_published_file_becomes_parameters(layout, axes):
    params = random_params(RNG, TABLE)
    theirs = published(params, axes) | {"other": np.zeros(3)}
    found = parameters.convert(TABLE, theirs, tensor, layout=layout)
    parameters.check(TABLE, found)
    assert found.keys() == params.keys()
    for row, kinds in params.items():
        assert found[row].keys() == kinds.keys()
        for kind, array in kinds.items():
            assert found[row][kind].dtype == np.float32
            np.testing.assert_array_equal(found[row][kind], array.astype(np.float32))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (None, r"the tensor b.kernel is missing; wanted are \(4, 1, 3, 3\) finite numbers$"),
        (np.zeros((4, 1, 3, 5)), r"b.kernel has the shape \(4, 1, 3, 5\); wanted are \(4, 1, 3, 3"),
        (np.full((4, 1, 3, 3), np.nan), "b.kernel has what is no number in it; wanted are"),
        (np.full((4, 1, 3, 3), np.inf), "b.kernel has what is no number in it; wanted are"),
        (np.full((4, 1, 3, 3), "x"), "b.kernel has what is no number in it; wanted are"),
    ],
)
def test_bad_parameters_are_refused_in_one_line_that_names_them(change, says):
    params = random_params(RNG, TABLE)
    theirs = published(params, (3, 2, 0, 1)) | {"b.kernel": change}
    if change is None:
        del theirs["b.kernel"]
    with pytest.raises(InputError, match=says) as caught:
        parameters.convert(TABLE, theirs, tensor)
    assert "\n" not in str(caught.value)


def test_parameters_are_checked_once_more_by_their_own_names():
    params = random_params(RNG, TABLE)
    parameters.check(TABLE, params)
    with pytest.raises(InputError, match=r"the tensor m/shift has the shape \(3,\); wanted"):
        parameters.check(TABLE, {**params, "m": {**params["m"], "shift": np.zeros(3)}})
    del params["a"]
    with pytest.raises(InputError, match="the tensor a/kernel is missing"):
        parameters.check(TABLE, params)


def test_a_variance_below_zero_is_refused():
    params = random_params(RNG, TABLE, np.float32)
    parameters.check(TABLE, params)
    params["batch"]["variance"][3] = -1e-6
    with pytest.raises(InputError, match="the tensor batch/variance has a variance below zero"):
        parameters.check(TABLE, params)
