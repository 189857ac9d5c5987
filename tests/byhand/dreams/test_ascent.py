import jax
import numpy as np
import pytest
from gradcheck import close

from jnst.byhand.dreams import ascent as byhand
from jnst.dreams import ascent

RNG = np.random.default_rng(0)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_normalised_gradients_have_a_mean_size_of_one_and_forget_their_scale():
    gradient = RNG.normal(size=(1, 9, 11, 3))
    normal = byhand.normalize(gradient)
    close(np.mean(np.abs(normal)), np.float64(1), rtol=1e-11)
    close(byhand.normalize(1000 * gradient), normal, rtol=1e-11)
    close(normal, jax.jit(ascent.normalize)(gradient), rtol=1e-13)
    assert (byhand.normalize(0 * gradient) == 0).all()


@pytest.mark.parametrize("levels", [0, 1, 3])
def test_bands_add_up_and_are_those_of_jax(levels):
    gradient = RNG.normal(size=(1, 9, 11, 3))
    found = byhand.bands(gradient, levels)
    assert len(found) == levels + 1
    close(sum(found), gradient, rtol=1e-14)
    for band, other in zip(
        found, jax.jit(ascent.bands, static_argnums=1)(gradient, levels), strict=True
    ):
        close(band, np.asarray(other), rtol=1e-13)


def test_each_band_gets_the_same_share():
    rows = np.sin(np.arange(64) * 2 * np.pi / 32)[:, None, None]
    fine, coarse = RNG.normal(size=(1, 64, 64, 3)), np.ones((1, 64, 64, 3)) * rows
    found = byhand.equalize(fine + 1e-3 * coarse, 3)
    close(
        found,
        np.asarray(jax.jit(ascent.equalize, static_argnums=1)(fine + 1e-3 * coarse, 3)),
        rtol=1e-12,
    )
    more = byhand.equalize(fine + 10 * coarse, 3)
    assert np.std(more) < 5, "what is a thousand times as strong gets no more"
    assert np.corrcoef(more.ravel(), coarse.ravel())[0, 1] > 0.2
    # A constant is in the last band alone, and has no deviation to be divided by.
    for band in byhand.bands(np.ones((1, 8, 8, 3)), 2)[:-1]:
        np.testing.assert_allclose(band, 0, atol=1e-15)
