import jax
import numpy as np
import pytest
import scipy.ndimage
from gradcheck import check, close

from jnst.byhand.video import warp as byhand
from jnst.video import warp as ours

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 6, 8, 3))
FLOW = RNG.uniform(-3, 3, (6, 8, 2))  # some of it leads beyond the border
UPWARDS = RNG.normal(size=(1, 6, 8, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("module", [ours, byhand])
def test_value_worked_out_on_paper(module):
    picture = np.array([[0.0, 4], [8, 16]]).reshape(1, 2, 2, 1)
    flow = np.zeros((2, 2, 2))
    flow[0, 0] = 0.25, 0.5  # ½ (¾ 0 + ¼ 4) + ½ (¾ 8 + ¼ 16)
    flow[0, 1] = -0.5, 0  # the middle of the first row
    flow[1, 0] = -1, 0  # beyond the border
    found = module.warp(picture, flow)
    np.testing.assert_allclose(found[0, ..., 0], [[5.5, 2], [8, 16]], rtol=1e-14)


def test_by_hand_is_autodiff_is_differences():
    def loss(picture, flow):
        return (ours.warp(picture, flow) * UPWARDS).sum()

    automatic = jax.grad(loss, argnums=(0, 1))(PICTURE, FLOW)
    of_picture, of_flow = byhand.warp_backward(UPWARDS, PICTURE, FLOW)
    close(of_picture, automatic[0], rtol=1e-12)
    close(of_flow, automatic[1], rtol=1e-12)
    check(lambda picture: loss(picture, FLOW), PICTURE, of_picture)
    check(lambda flow: loss(PICTURE, flow), FLOW, of_flow)


def test_a_whole_shift_moves_pixels_and_no_flow_leaves_them():
    np.testing.assert_array_equal(ours.warp(PICTURE, np.zeros((6, 8, 2))), PICTURE)
    shifted = ours.warp(PICTURE, np.broadcast_to([2.0, -1.0], (6, 8, 2)))
    np.testing.assert_array_equal(shifted[:, 1:, :-2], PICTURE[:, :-1, 2:])
    # What is the same everywhere stays so, and nothing is lighter or darker than before.
    np.testing.assert_allclose(ours.warp(np.full_like(PICTURE, 0.3), FLOW), 0.3, rtol=1e-14)
    found = ours.warp(PICTURE, FLOW)
    assert PICTURE.min() <= found.min() <= found.max() <= PICTURE.max()


@pytest.mark.parametrize("module", [ours, byhand])
def test_parity_with_scipy(module):
    y, x = np.mgrid[:6, :8] + np.moveaxis(FLOW[..., ::-1], -1, 0)
    expected = [
        scipy.ndimage.map_coordinates(PICTURE[0, ..., k], [y, x], order=1, mode="nearest")
        for k in range(3)
    ]
    found = module.warp(PICTURE, FLOW)
    np.testing.assert_allclose(found[0], np.stack(expected, axis=-1), rtol=1e-12)


def test_the_compiled_one_is_the_same_in_float32():
    found = ours.warped(PICTURE, FLOW)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, byhand.warp(PICTURE, FLOW), atol=1e-6)


def test_the_sharp_one_keeps_pixels_and_slopes_and_what_is_a_parabola():
    np.testing.assert_array_equal(ours.warp_sharply(PICTURE, np.zeros((6, 8, 2))), PICTURE)
    shifted = ours.warp_sharply(PICTURE, np.broadcast_to([2.0, -1.0], (6, 8, 2)))
    np.testing.assert_array_equal(shifted[:, 1:, :-2], PICTURE[:, :-1, 2:])
    # Keys, 1981: with a = -½ second-degree polynomials are reproduced, away from the border.
    y, x = np.mgrid[:10, :12] / 12
    values = (0.3 + 0.2 * x**2 + 0.1 * y**2 - 0.1 * x * y)[None, ..., None]
    found = ours.warp_sharply(values, np.broadcast_to([0.3, -0.4], (10, 12, 2)))
    x, y = x + 0.3 / 12, y - 0.4 / 12
    expected = (0.3 + 0.2 * x**2 + 0.1 * y**2 - 0.1 * x * y)[None, ..., None]
    np.testing.assert_allclose(found[:, 2:-2, 1:-3], expected[:, 2:-2, 1:-3], rtol=1e-12)


def test_the_sharp_one_loses_less_there_and_back():
    there = np.full((6, 8, 2), 0.5)
    losses = []
    for sharply in (False, True):
        back = ours.warped(ours.warped(PICTURE, there, sharply=sharply), -there, sharply=sharply)
        losses.append(np.mean((back - PICTURE)[:, 2:-2, 2:-2] ** 2))
    assert losses[1] < 0.75 * losses[0]
    extreme = ours.warped(np.round(PICTURE), there, sharply=True)
    assert extreme.min() >= 0
    assert extreme.max() <= 1
