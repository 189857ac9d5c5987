import jax
import numpy as np
import pytest
from losscheck import compiled
from skimage.util import view_as_windows

from jnst.byhand.losses import patches as byhand
from jnst.errors import InputError
from jnst.losses import patches

RNG = np.random.default_rng(0)
ours = compiled(patches)
N = 3
F, P = (np.maximum(RNG.normal(size=(1, *size, N)), 0) for size in ((5, 6), (6, 4)))
SCALES = sorted(patches.SCALE)
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


def between(module, x, y, *, scale="mean"):
    T = module.target(module.statistic(y))
    return float(module.distance(module.statistic(x), T, scale=scale))


def patch(**at):
    """One 3 x 3 patch of one channel, zeros but for the places named; `a` to `i` by rows."""
    values = np.zeros(9)
    for place, value in at.items():
        values["abcdefghi".index(place)] = value
    return values.reshape(1, 3, 3, 1)


# The style, 3 x 4, has two patches: 10 at `d` with 2 at `e`, and 2 at `d`. What counts is the
# angle, not the distance.
STYLE = np.zeros((1, 3, 4, 1))
STYLE[0, 1, :2, 0] = [10, 2]


@BOTH
def test_value_worked_out_on_paper(module):
    T = module.target(STYLE)
    expected = [[0, 0, 0, 10, 2, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0, 0, 0]]
    np.testing.assert_array_equal(T.patches, expected)
    np.testing.assert_allclose(T.norms, [np.sqrt(104), 2], rtol=1e-15)
    # The correlations with 1 at `d`: 10/√104 and 1. The square: (1 - 2)².
    assert float(module.distance(patch(d=1), T)) == pytest.approx(1 / 9, rel=1e-14)
    relative = module.distance(patch(d=1), T, scale="relative")
    assert float(relative) == pytest.approx(1 / 54, rel=1e-14)  # of (104 + 4) / 2
    # With 7 at `d`, nearer to the first (9 + 4) than to the second (25), it is still the second.
    assert float(module.distance(patch(d=7), T)) == pytest.approx(25 / 9, rel=1e-14)
    # 10 and 1 correlate with the first by 102 / (√101 √104), with the second by a little less.
    assert float(module.distance(patch(d=10, e=1), T)) == pytest.approx(1 / 9, rel=1e-14)


# By the equations, one patch after the other, on the windows that scikit-image cuts.
@BOTH
def test_parity_with_a_plain_loop_over_the_windows_of_scikit_image(module):
    new, style = (view_as_windows(x[0], (3, 3, N)).reshape(-1, 3, 3, N) for x in (F, P))
    total = 0
    for one in new:
        likeness = [
            np.sum(one * other) / np.linalg.norm(one) / np.linalg.norm(other) for other in style
        ]
        total += np.sum((one - style[np.argmax(likeness)]) ** 2)
    expected = total / new.size
    assert between(module, F, P) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@BOTH
def test_invariants(module, scale):
    value = between(module, F, P, scale=scale)
    assert value > 0.01
    mixing = RNG.permutation(N)
    reordered = module.Target(*(x[::-1] for x in module.target(P)))
    for same in (
        between(module, F[:, ::-1], P[:, ::-1], scale=scale),
        between(module, F.transpose(0, 2, 1, 3), P.transpose(0, 2, 1, 3), scale=scale),
        between(module, F[..., mixing], P[..., mixing], scale=scale),
        float(module.distance(F, reordered, scale=scale)),
    ):
        assert same == pytest.approx(value, rel=1e-12)
    grown = between(module, 3 * F, 3 * P, scale=scale)
    assert grown == pytest.approx({"mean": 9, "relative": 1}[scale] * value, rel=1e-12)
    assert between(module, F, F, scale=scale) == 0
    # All patches of a part of the style are in the style, of the whole in no part.
    assert between(module, P[:, 1:5], P, scale=scale) == 0
    assert between(module, P, P[:, 1:5], scale=scale) > 0


def test_grad_is_zero_at_the_target():
    T = byhand.target(F)
    assert not jax.jit(jax.grad(patches.distance))(F, patches.Target(*T)).any()


@BOTH
def test_patches_of_zeros_correlate_by_zero(module):
    style = np.zeros((1, 3, 5, 1))
    style[0, 0, 4] = 2  # patches: zeros, zeros, and one with 2 at `c`
    T = module.target(style)
    assert float(module.distance(patch(c=1), T)) == pytest.approx(1 / 9)
    # Against it, at -1, zeros come first.
    assert float(module.distance(patch(c=-1), T)) == pytest.approx(1 / 9)
    # A blank one is compared with the first.
    turned = module.target(style[:, :, ::-1])
    assert float(module.distance(patch(), turned)) == pytest.approx(4 / 9)
    assert float(module.distance(patch(), T)) == 0
    assert float(module.SCALE["relative"](T)) == pytest.approx(3 / 4)


# A map of 70 x 70 has 68 x 68 = 4624 patches: 64 of 68 rows, 64 of 68 columns.
@BOTH
def test_large_style_maps_are_cut_on_a_grid(module):
    style = RNG.normal(size=(1, 70, 70, 1))
    T = module.target(style)
    places = (2 * np.arange(64) + 1) * 68 // 128
    assert T.patches.shape == (4096, 9)
    windows = view_as_windows(style[0, :, :, 0], (3, 3))[np.ix_(places, places)].reshape(-1, 9)
    np.testing.assert_array_equal(T.patches, windows)
    np.testing.assert_allclose(T.norms, np.linalg.norm(windows, axis=1), rtol=1e-14)


@pytest.mark.parametrize("size", [(2, 5), (5, 2)])
def test_a_map_too_small_for_a_patch_is_refused(size):
    with pytest.raises(InputError, match=rf"at least 3 x 3 positions, not {size[0]} x {size[1]}"):
        patches.statistic(np.ones((1, *size, N)))


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'sum'; choose from mean, relative"):
        between(patches, F, P, scale="sum")
