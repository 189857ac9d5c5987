"""The whole optimization of VGG19 by hand equals that by autodiff."""

import numpy as np
import pytest

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
    settings = {"style_loss": style_loss, "optimizer": "scipy-lbfgs", "steps": (20,)}
    jax, hand = (run(engine, **settings) for engine in ("jax", "byhand"))
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=rtol)
    assert np.abs(hand[-1].best - jax[-1].best).mean() < 10 * rtol


def test_the_default_agrees():
    jax, hand = (run(engine, steps=(8,)) for engine in ("jax", "byhand"))
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=2e-2)
