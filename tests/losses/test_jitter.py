import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnst.losses import jitter
from jnst.losses.objective import Constants, Evaluation

IMAGE = np.arange(5 * 4, dtype=np.float32).reshape(1, 5, 4, 1).repeat(3, axis=3)


def test_a_shift_of_nothing_is_the_picture():
    np.testing.assert_array_equal(jitter.shift(IMAGE, jnp.array([0, 0])), IMAGE)


def test_values_of_a_small_picture():
    seen = jitter.shift(IMAGE, jnp.array([1, -2]))[0, :, :, 0]
    expected = [[6, 5, 4, 5], [10, 9, 8, 9], [14, 13, 12, 13], [18, 17, 16, 17], [14, 13, 12, 13]]
    np.testing.assert_array_equal(seen, expected)


def test_beyond_the_mirrored_border_it_is_the_largest_shift():
    far, most = (jitter.shift(IMAGE, jnp.array([by, 0])) for by in (100, 4))
    np.testing.assert_array_equal(far, most)


def test_offsets_lie_within_the_limit_and_differ_along_both_axes():
    drawn = jitter.offsets(8, 16, np.random.default_rng(0), 100, 100)
    for axis in drawn.T:
        assert sorted(axis) == list(range(-8, 8)), "each position of the lattice once"
    assert len(jitter.offsets(2, 9, np.random.default_rng(0), 100, 100)) == 9


def test_offsets_in_a_picture_of_few_pixels_stay_within_it():
    drawn = jitter.offsets(8, 4, np.random.default_rng(0), 3, 1)
    assert np.abs(drawn[:, 0]).max() <= 2
    assert not drawn[:, 1].any()


def brightness(constants, image):
    """Weigh a picture's pixels by those of `constants.params`."""
    total = jnp.sum(image * constants.params)
    return Evaluation(total, {"all": total}, constants.params)


def test_the_gradient_goes_back_to_where_the_pixels_were_seen():
    weights = np.random.default_rng(0).normal(size=IMAGE.shape).astype(np.float32)
    evaluate = jitter.jittered(brightness)
    constants = Constants(weights, {}, {}, offset=jnp.array([3, -1]))
    found = evaluate(constants, IMAGE)
    seen, back = jax.vjp(lambda x: jitter.shift(x, constants.offset), IMAGE)
    np.testing.assert_allclose(found.total, np.sum(seen * weights), rtol=1e-6)
    np.testing.assert_allclose(found.gradient, back(weights)[0])
    assert not np.allclose(found.gradient, weights)


@pytest.mark.parametrize("constants", [Constants(IMAGE, {}, {})])
def test_without_an_offset_nothing_changes(constants):
    found = jitter.jittered(brightness)(constants, IMAGE)
    np.testing.assert_array_equal(found.gradient, IMAGE)
