"""Each pooling: forward as `backbones.pooling`, backward as `jax.vjp` and finite differences."""

import jax
import numpy as np
import pytest
from gradcheck import close
from helpers import agree, maps, some
from programs import quick, value_and_pullback

from jnst.backbones import pooling
from jnst.byhand.backbones import pooling as byhand

RNG = np.random.default_rng(0)
POOLABLE = [(6, 8), (7, 5), (2, 3), (3, 2)]
WINDOWS = [(3, 2, "valid"), (3, 2, 1), (3, 1, "same"), (3, 2, "ceil"), (2, 2, "valid"), (4, 3, 2)]

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("kind", ["max", "avg", "l2"])
@pytest.mark.parametrize("size", POOLABLE)
def test_grad_of_pooling(size, kind):
    x = maps(RNG, *size)
    forward, backward = byhand.POOLING[kind]
    agree(RNG, x, pooling.POOLING[kind], forward, lambda dy, y: backward(dy, x))


def test_pooling_worked_out_on_paper():
    x = np.array([[1.0, 2, 9], [4, 3, 9], [9, 9, 9]]).reshape(1, 3, 3, 1)  # nines are dropped
    for module in (pooling, byhand):
        assert module.max_pool(x).item() == 4
        assert module.avg_pool(x).item() == 2.5
        assert module.l2_pool(x).item() == pytest.approx(30**0.5)


def test_grad_of_l2_pooling_is_zero_in_a_window_of_zeros():
    x = np.zeros((1, 2, 2, 1))
    dy = np.ones((1, 1, 1, 1))
    _, dx = value_and_pullback(pooling.l2_pool)(x, dy)
    assert not np.any(dx)
    assert not byhand.l2_pool_backward(dy, x).any()


# Where the derivative is a convention, both kinds hold to the same one.
def test_grad_at_ties_goes_to_the_first_maximum():
    x = RNG.integers(0, 2, size=(1, 9, 8, 5)).astype(np.float64)
    dy = RNG.normal(size=(1, 4, 4, 5))
    _, dx = value_and_pullback(pooling.max_pool)(x, dy)
    close(byhand.max_pool_backward(dy, x), dx, rtol=0)


def test_both_kinds_have_the_same_poolings():
    assert list(byhand.POOLING) == list(pooling.POOLING)
    assert byhand.GAIN == pooling.GAIN


@quick
def maxima_of_both_kinds(x):
    """With a derivative and without, they are computed in different ways."""
    return pooling.max_pool(x), jax.vjp(pooling.max_pool, x)[0]


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_pooling_lets_what_is_not_a_number_through(corner):
    x = maps(RNG, 4, 6)
    x[0, corner[0], 2 + corner[1], 0] = np.nan
    for y in maxima_of_both_kinds(x):
        assert np.isnan(y[0, 0, 1, 0])
        assert np.isnan(y).sum() == 1


@pytest.mark.parametrize(
    ("kind", "window", "size"), some(["max", "avg", "l2"], WINDOWS, [(8, 9), (5, 4)], of=4)
)
def test_grad_of_pooling_by_any_window(size, window, kind):
    x, of = maps(RNG, *size), dict(zip(("size", "stride", "frame"), window, strict=True))
    forward, backward = byhand.SLIDING[kind]
    agree(
        RNG,
        x,
        lambda x: pooling.SLIDING[kind](x, **of),
        lambda x: forward(x, **of),
        lambda dy, y: backward(dy, x, **of),
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_grad_of_means_with_their_frame(window):
    x, of = maps(RNG, 7, 6), dict(zip(("size", "stride", "frame"), window, strict=True))
    agree(
        RNG,
        x,
        lambda x: pooling.slide_avg(x, **of, framed=True),
        lambda x: byhand.slide_avg(x, **of, framed=True),
        lambda dy, y: byhand.slide_avg_backward(dy, x, **of, framed=True),
    )


def test_a_frame_is_never_the_maximum_and_counts_only_if_asked():
    x, of = np.full((1, 2, 2, 1), -4.0), {"size": 3, "stride": 2, "frame": 1}
    for module in (pooling, byhand):
        assert module.slide_max(x, **of).item() == -4
        assert module.slide_avg(x, **of).item() == -4
        assert module.slide_avg(x, **of, framed=True).item() == pytest.approx(-16 / 9)
        assert module.slide_l2(x, **of).item() == 8


@pytest.mark.parametrize("kind", ["max", "avg", "l2"])
@pytest.mark.parametrize("size", POOLABLE)
def test_windows_of_two_by_two_are_a_special_case(size, kind):
    x, of = maps(RNG, *size), {"size": 2, "stride": 2, "frame": "valid"}

    @quick
    def by_jax(x):
        return pooling.POOLING[kind](x), pooling.SLIDING[kind](x, **of), pooling.pool(x, kind, **of)

    special, general, chosen = by_jax(x)
    close(special, general)
    close(chosen, special, rtol=0)
    close(byhand.POOLING[kind][0](x), byhand.SLIDING[kind][0](x, **of))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype):
    x = maps(RNG, 5, 4).astype(dtype)
    for forward, backward in byhand.POOLING.values():
        assert forward(x).dtype == backward(forward(x), x).dtype == dtype
    window = {"size": 3, "stride": 2, "frame": "same"}
    for forward, backward in byhand.SLIDING.values():
        y = forward(x, **window)
        assert y.dtype == backward(y, x, **window).dtype == dtype
