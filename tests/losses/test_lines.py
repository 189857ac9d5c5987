import jax
import numpy as np
import pytest
from losscheck import compiled
from scipy.signal import correlate2d

from jnst.byhand.losses import lines as byhand
from jnst.losses import lines

RNG = np.random.default_rng(0)
ours = compiled(lines)
IMAGE = RNG.random((1, 17, 21, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


def drawn(*, rows=20, columns=20, line=(slice(None), 9)):
    """A black picture with a green line of height 1."""
    image = np.zeros((1, rows, columns, 3))
    image[(0, *line, 1)] = 1
    return image


# Across a line d is 1 on it and -½ beside it: 1½ as squares for each of the 20 - 13 + 1 windows.
@pytest.mark.parametrize("line", [(slice(None), 9), (9, slice(None))])
@pytest.mark.parametrize("module", [ours, byhand])
def test_value_of_a_line_worked_out_on_paper(module, line):
    got = module.straight_lines(drawn(line=line))
    np.testing.assert_allclose(got, 1.5 * 8 / (3 * 20 * 20), rtol=1e-14)


# Sides below 13 are one window: 4 of 4 pixels, or of 12 pixels in a line of 3 a quarter.
@pytest.mark.parametrize("module", [ours, byhand])
def test_value_of_short_sides_worked_out_on_paper(module):
    image = drawn(rows=4, columns=5, line=(slice(None), 2))
    # Along the rows nothing changes down a column: d is 0.
    np.testing.assert_allclose(module.straight_lines(image), 1.5 / 60, rtol=1e-14)
    image = drawn(rows=12, columns=5, line=(slice(3), 2))
    down = sum((d / 5) ** 2 for d in (1 / 2, -1 / 2))  # where the line ends, 1 of 5 columns
    np.testing.assert_allclose(module.straight_lines(image), (1.5 / 16 + down) / 180, rtol=1e-14)


@pytest.mark.parametrize("shape", [(2, 20), (20, 2), (1, 1), (2, 2)])
@pytest.mark.parametrize("module", [ours, byhand])
def test_a_side_of_two_pixels_has_no_lines_across(module, shape):
    image = RNG.random((1, *shape, 3))
    # Where one side is long, lines along the short one are still there.
    assert (module.straight_lines(image) == 0) == (max(shape) < 3)


def test_what_lies_along_no_axis_costs_next_to_nothing():
    straight = ours.straight_lines(drawn())
    oblique = np.eye(20)[None, :, :, None] * [0, 1, 0]
    assert ours.straight_lines(oblique) < straight / 5
    rows, columns = np.mgrid[:20, :20]
    chequered = ((rows + columns) % 2)[None, :, :, None] * [0.0, 1.0, 0.0]
    assert ours.straight_lines(chequered) < straight


def test_invariants():
    value = ours.straight_lines(IMAGE)
    slope = np.linspace(0, 5, 21)[:, None] + np.linspace(0, 2, 17)[:, None, None]
    for same in (
        IMAGE + slope,
        -IMAGE,
        IMAGE.transpose(0, 2, 1, 3),
        IMAGE[:, ::-1],
        IMAGE[:, :, ::-1],
        IMAGE[..., ::-1],
    ):
        np.testing.assert_allclose(ours.straight_lines(same), value, rtol=1e-12)
    np.testing.assert_allclose(ours.straight_lines(255 * IMAGE), 255**2 * value, rtol=1e-12)


def test_grad_of_a_slope_is_zero():
    slope = np.zeros((1, 17, 21, 3)) + np.arange(21)[:, None]
    value, gradient = jax.jit(jax.value_and_grad(lines.straight_lines))(slope)
    assert value == 0
    assert not gradient.any()


def test_parity_with_scipy():
    vertical = np.outer(np.ones(13) / 13, [-1 / 2, 1, -1 / 2])
    expected = sum(
        np.sum(correlate2d(IMAGE[0, :, :, c], kernel, mode="valid") ** 2)
        for c in range(3)
        for kernel in (vertical, vertical.T)
    )
    np.testing.assert_allclose(ours.straight_lines(IMAGE), expected / IMAGE.size, rtol=1e-12)
