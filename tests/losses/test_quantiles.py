from types import SimpleNamespace

import jax
import numpy as np
import pytest
import scipy.stats

from jnst.byhand.losses import quantiles as byhand
from jnst.losses import quantiles

RNG = np.random.default_rng(0)
ours = SimpleNamespace(
    __name__="quantiles", quantiles=jax.jit(quantiles.quantiles, static_argnums=1)
)
X = RNG.normal(size=(3, 7))
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


# Four values, known at 1/8, 3/8, 5/8, 7/8. Two are asked at 1/4 and 3/4; eight at 1/16, 3/16, …
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [3]),
        (2, [1.5, 4.5]),
        (4, [0, 3, 3, 6]),
        (8, [0, 0.75, 2.25, 3, 3, 3.75, 5.25, 6]),
    ],
)
@BOTH
def test_quantiles_worked_out_on_paper(module, count, expected):
    got = module.quantiles(np.array([[0.0, 3, 3, 6]]), count)
    np.testing.assert_allclose(got, [expected], rtol=1e-14)


@pytest.mark.parametrize("count", [1, 2, 5, 7, 8, 14, 30])
@pytest.mark.parametrize("known", [1, 2, 7])
@BOTH
def test_parity_of_quantiles_with_scipy(module, known, count):
    values = np.sort(X[:, :known], axis=1)
    got = module.quantiles(values, count)
    at = (np.arange(count) + 0.5) / count
    expected = [scipy.stats.mstats.mquantiles(row, at, alphap=0.5, betap=0.5) for row in values]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("count", [1, 3, 8, 30])
@BOTH
def test_quantiles_are_in_order_and_between_the_ends_and_keep_a_symmetric_mean(module, count):
    values = np.sort(X, axis=1)
    got = np.asarray(module.quantiles(values, count))
    assert (np.diff(got, axis=1) >= 0).all()
    assert (got >= values[:, :1]).all()
    assert (got <= values[:, -1:]).all()
    mirrored = -np.asarray(module.quantiles(-values[:, ::-1], count))[:, ::-1]
    np.testing.assert_allclose(mirrored, got, rtol=0, atol=1e-14)


# As many positions as a picture has, in the precision in use.
def test_float32_finds_its_place_among_many():
    ramp = np.linspace(0, 1, 300_000, dtype=np.float32)[None]
    got = ours.quantiles(ramp, 262_144)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, byhand.quantiles(ramp.astype(float), 262_144), atol=5e-7)
