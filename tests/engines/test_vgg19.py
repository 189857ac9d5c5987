"""VGG19 itself: by hand as by autodiff, in tiles as all at once."""

import numpy as np
import pytest
from evaluations import check_tiles, thin_vgg19

from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.slow


def run(engine, **settings):
    chosen = Settings(size=64, engine=engine, **settings)
    return list(paint(read(samples.content(), samples.STYLE, chosen), chosen))


# Wasserstein's matrices have no full rank in so small pictures: rounding grows faster.
@pytest.mark.parametrize(("style_loss", "rtol"), [("gram", 1e-9), ("wasserstein", 1e-3)])
def test_first_totals_and_the_picture_agree_with_scipy(style_loss, rtol):
    settings = {"style_loss": style_loss, "optimizer": "scipy-lbfgs", "steps": (6,)}
    jax, hand = (run(engine, **settings) for engine in ("jax", "byhand"))
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=rtol)
    assert np.abs(hand[-1].best - jax[-1].best).mean() < 10 * rtol


def test_the_default_agrees():
    jax, hand = (run(engine, steps=(4,)) for engine in ("jax", "byhand"))
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=2e-2)


@pytest.mark.usefixtures("in_float64")
def test_grad_in_tiles():
    rng = np.random.default_rng(0)
    params = thin_vgg19(rng)
    photograph, image = rng.random((2, 1, 219, 250, 3))
    pictures = {"photograph": photograph, "painting": rng.random((1, 230, 187, 3)), "image": image}
    check_tiles("default", 192, params=params, **pictures)
