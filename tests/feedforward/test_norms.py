"""Normalization of channels: instance norm, conditional instance norm, AdaIN."""

import numpy as np
import pytest
from gradcheck import close
from helpers import SHARED, maps, one_channel

from jnst.byhand.feedforward import norms as byhand
from jnst.errors import InputError
from jnst.feedforward import norms

RNG = np.random.default_rng(0)
ORACLE = SHARED / "data" / "oracles" / "adain.npz"
BOTH = pytest.mark.parametrize("module", [norms, byhand], ids=["jax", "byhand"])

pytestmark = pytest.mark.usefixtures("in_float64")


# Of 1, 3: mean 2, squares 1 and 1. Divided by n they are 1, and 1 + 3 = 4 has the root 2; divided
# by n - 1 they are 2, and 2 + 2 = 4 too.
@BOTH
def test_values_worked_out_on_paper(module):
    x = one_channel(1, 3)
    y = module.instance_norm(x, scale=np.array([10.0]), shift=np.array([7.0]), epsilon=3.0)
    np.testing.assert_allclose(np.ravel(y), [2, 12], rtol=1e-14)
    np.testing.assert_allclose(
        np.ravel(module.instance_norm(x, epsilon=3.0)), [-0.5, 0.5], rtol=1e-14
    )
    for unbiased, epsilon in ((False, 3.0), (True, 2.0)):
        options = {"epsilon": epsilon, "unbiased": unbiased}
        mean, deviation = module.mean_and_deviation(x, **options)
        assert (mean, deviation) == (2, 2)
        y = module.adain(x, np.array([7.0]), np.array([10.0]), **options)
        np.testing.assert_allclose(np.ravel(y), [2, 12], rtol=1e-14)


@BOTH
def test_a_constant_channel_takes_the_shift(module):
    x = np.concatenate([np.zeros((1, 3, 2, 1)), maps(RNG, 3, 2)], axis=-1)
    shift = np.array([5.0, 0, 0, 0])
    np.testing.assert_array_equal(module.instance_norm(x, shift=shift)[..., 0], 5)
    np.testing.assert_array_equal(module.adain(x, shift, 1 + shift)[..., 0], 5)


@BOTH
def test_by_default_epsilon_is_a_hundred_thousandth_and_adain_biased(module):
    x, style = maps(RNG, 3, 4), (np.ones(3), np.full(3, 2.0))
    np.testing.assert_array_equal(module.instance_norm(x), module.instance_norm(x, epsilon=1e-5))
    np.testing.assert_array_equal(
        module.adain(x, *style), module.adain(x, *style, epsilon=1e-5, unbiased=False)
    )
    ratio = module.adain(x, *style, epsilon=1e-20) - 1
    ratio /= module.adain(x, *style, unbiased=True, epsilon=1e-20) - 1
    np.testing.assert_allclose(ratio, np.sqrt(12 / 11), rtol=1e-12)


def test_instance_norm_forgets_scale_and_shift_of_each_channel():
    x = maps(RNG, 4, 5)
    factor, offset = np.array([2.0, 0.3, 50]), np.array([-1.0, 3, 100])
    same = norms.instance_norm(x, epsilon=1e-14)
    np.testing.assert_allclose(
        norms.instance_norm(factor * x + offset, epsilon=1e-14), same, rtol=1e-9
    )
    mirrored = norms.instance_norm(-x, epsilon=1e-14)
    np.testing.assert_allclose(mirrored, -same, rtol=1e-12)


@pytest.mark.parametrize("unbiased", [True, False])
def test_adain_has_the_moments_of_the_style_and_keeps_a_picture_of_its_own(unbiased):
    content, style = maps(RNG, 4, 5), 3 + 7 * maps(RNG, 6, 3)
    options = {"epsilon": 1e-14, "unbiased": unbiased}
    target = norms.mean_and_deviation(style, **options)
    mixed = norms.adain(content, *target, **options)
    for got, expected in zip(norms.mean_and_deviation(mixed, **options), target, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11)
    np.testing.assert_allclose(norms.adain(style, *target, **options), style, rtol=1e-11)


@BOTH
def test_a_style_is_a_row_and_a_mixture_their_weighted_sum(module):
    table = np.array([[1.0, 2], [10, 20], [100, 200]])
    np.testing.assert_array_equal(module.blend(table, 1), [10, 20])
    np.testing.assert_array_equal(module.blend(table, 2), [100, 200])
    np.testing.assert_array_equal(module.blend(table, np.array([0.5, 0, 2])), [200.5, 401])
    x = maps(RNG, 3, 4, channels=2)
    chosen = module.conditional_instance_norm(x, table, -table, 1)
    expected = module.instance_norm(x, scale=table[1], shift=-table[1])
    np.testing.assert_allclose(chosen, expected, rtol=1e-12)
    rows = np.eye(3)[1]
    mixed = module.conditional_instance_norm(x, table, -table, rows, epsilon=1e-3)
    expected = module.instance_norm(x, scale=table[1], shift=-table[1], epsilon=1e-3)
    np.testing.assert_allclose(mixed, expected, rtol=1e-12)


def test_what_cannot_be_chosen_is_refused_in_one_line():
    table = np.ones((3, 2))
    for number in (3, -1):
        with pytest.raises(InputError, match="there are 3 styles, ") as refused:
            norms.blend(table, number)
        assert str(refused.value).endswith(f"but no {number}")
    with pytest.raises(InputError, match="one weight for each of 3 styles, not 2"):
        norms.blend(table, np.ones(2))
    one = one_channel(4)
    with pytest.raises(InputError, match="at least 2 positions"):
        norms.mean_and_deviation(one, unbiased=True)
    with pytest.raises(InputError, match="at least 2 positions"):
        norms.adain(one, np.ones(1), np.ones(1), unbiased=True)
    assert norms.instance_norm(one) == 0


def test_parity_with_loops_and_numpy():
    x, epsilon = maps(RNG, 4, 5), 1e-2
    for c in range(3):
        values = x[..., c].ravel()
        mean = sum(values) / 20
        squares = sum((value - mean) ** 2 for value in values)
        y = norms.instance_norm(x, epsilon=epsilon)[..., c].ravel()
        expected = [(value - mean) / (squares / 20 + epsilon) ** 0.5 for value in values]
        np.testing.assert_allclose(y, expected, rtol=1e-12)
    for unbiased in (True, False):
        mean, deviation = norms.mean_and_deviation(x, epsilon=0.0, unbiased=unbiased)
        np.testing.assert_allclose(mean, x.mean(axis=(0, 1, 2)), rtol=1e-12)
        std = x.std(axis=(0, 1, 2), ddof=int(unbiased))
        np.testing.assert_allclose(deviation, std, rtol=1e-12)


@pytest.mark.skipif(not ORACLE.exists(), reason="shared oracles are not here")
def test_parity_with_a_published_network_from_tensorflow():
    """Its deviations are divided by n, and ε is added to the content's alone."""
    oracle = {name: array.astype(np.float64) for name, array in np.load(ORACLE).items()}
    style = norms.mean_and_deviation(oracle["style_features"], epsilon=0.0, unbiased=False)
    mixed = norms.adain(oracle["content_features"], *style)
    close(mixed, oracle["mixed"], rtol=1e-6)
