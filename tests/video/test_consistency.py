import jax.numpy as jnp
import numpy as np
import pytest
import scipy.ndimage
from helpers import SHARED

from jnst.losses.temporal import Earlier, temporal
from jnst.pictures import files
from jnst.video import consistency

RNG = np.random.default_rng(0)


def constant(x, y, size=(20, 24)):
    return np.broadcast_to(np.array([x, y], np.float32), (*size, 2)).copy()


def test_a_flow_and_its_opposite_are_trusted_but_beyond_the_frame():
    weights = consistency.reliable(constant(3, -2), constant(-3, 2))
    assert weights.shape == (20, 24)
    np.testing.assert_allclose(weights[2:, :-3], 1, rtol=1e-6)  # p + flow is inside
    assert not weights[:2].any()
    assert not weights[:, -3:].any()


# |w̃ + ŵ|² = d², and the bound 0.01 (|w̃|² + |ŵ|²) + 0.5: of flows 10 and 10 - d, about 2.5 - 0.2 d
@pytest.mark.parametrize(("d", "trusted"), [(1.4, True), (1.6, False)])
def test_flows_that_disagree_are_not_trusted(d, trusted):
    bound = 0.01 * (10**2 + (10 - d) ** 2) + 0.5
    assert (d**2 < bound) is trusted
    weights = consistency.reliable(constant(0, 10), constant(0, -10 + d))
    assert weights[:9].all() if trusted else not weights.any()


# A row down the flow changes by s, seen by central differences; the bound 0.01 |ŵ|² + 0.002.
@pytest.mark.parametrize(("slope", "trusted"), [(0.04, True), (0.05, False)])
def test_edges_of_motion_are_not_trusted(slope, trusted):
    backward = constant(0, 0)
    backward[..., 0] = slope * np.arange(20)[:, None] - slope * 10
    weights = consistency.reliable(backward, -backward)
    assert (slope**2 < 0.002) is trusted
    assert (weights[10, 4:-4] > 0.9).all() if trusted else (weights[10, 4:-4] < 0.1).all()


@pytest.mark.parametrize("shape", [(20, 24), (2, 5), (1, 1)])
def test_weights_are_smoothed_as_scipy_does(shape):
    trusted = (RNG.random(shape) < 0.6).astype(np.float32)
    found = consistency._smoothed(consistency._smoothed(trusted).T).T
    expected = scipy.ndimage.gaussian_filter(trusted, consistency.SMOOTH, mode="nearest")
    np.testing.assert_allclose(found, expected, atol=1e-6)


# Their flows, and the masks that come with the films: sintel's are not smoothed, so that those
# are compared on which side of one half they are.
@pytest.mark.parametrize(("film", "count"), [("marple", 5), ("sintel", 6)])
def test_parity_with_the_published_masks(film, count):
    folder = SHARED / "data" / "video" / film
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    for i in range(1, count):
        backward = np.load(folder / f"backward_{i + 1}_{i}.npz")["flow"].astype(np.float32)
        forward = np.load(folder / f"forward_{i}_{i + 1}.npz")["flow"].astype(np.float32)
        published = files.read(folder / f"reliable_{i + 1}_{i}.png")[0, ..., 0]
        found = consistency.reliable(backward, forward)
        assert np.mean((found > 0.5) != (published > 0.5)) < 2e-3


def test_frames_that_are_alike_count_fully():
    frame, moved = np.zeros((2, 1, 4, 5, 3), np.float32)
    moved[0, 1, 2] = 0.1, 0.0, 0.1
    weights = consistency.alike(frame, moved)
    assert weights[1, 2] == pytest.approx(np.exp(-50 * 0.02))
    weights[1, 2] = 1
    np.testing.assert_array_equal(weights, 1)


def test_each_pixel_goes_by_the_nearest_frame_that_sees_it():
    near, far = np.full((2, 1, 1, 4, 3), 0.2, np.float32)
    far += 0.6
    c_near = np.array([[1, 0, 0.25, 0]], np.float32)
    c_far = np.array([[1, 1, 1, 0]], np.float32)
    found = consistency.closest_first([(near, c_near), (far, c_far)])
    np.testing.assert_allclose(found.weights[0, 0, :, 0], [1, 1, 1, 0])
    np.testing.assert_allclose(
        found.picture[0, 0, :, 0], [0.2, 0.8, 0.25 * 0.2 + 0.75 * 0.8, 0.2], rtol=1e-6
    )


def test_the_joined_loss_has_the_gradient_of_the_sum():
    pictures = RNG.random((3, 1, 4, 5, 3)).astype(np.float32)
    weights = RNG.random((3, 4, 5)).astype(np.float32)
    joined = consistency.closest_first(list(zip(pictures, weights, strict=True)))
    own, before = [], np.zeros((4, 5), np.float32)
    for c in weights:
        own.append(np.maximum(c - before, 0)[None, ..., None])
        before += c

    def apart(x):
        return sum(temporal(x, Earlier(*pair)) for pair in zip(pictures, own, strict=True))

    one, other = RNG.random((2, 1, 4, 5, 3)).astype(np.float32)
    constant = apart(jnp.asarray(one)) - temporal(jnp.asarray(one), joined)
    difference = apart(jnp.asarray(other)) - temporal(jnp.asarray(other), joined)
    assert constant > 1e-3
    np.testing.assert_allclose(difference, constant, rtol=1e-4)
