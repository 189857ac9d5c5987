"""Normalization of channels: by hand = autodiff = central differences."""

import numpy as np
import pytest
from gradcheck import check, close
from helpers import agree, maps
from programs import value_and_pullback

from jnst.byhand.feedforward import norms as byhand
from jnst.feedforward import norms

RNG = np.random.default_rng(0)
GAMMA, BETA = RNG.normal(size=3), RNG.normal(size=3)
GAMMAS, BETAS = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
@pytest.mark.parametrize("affine", [{}, {"scale": GAMMA}, {"scale": GAMMA, "shift": BETA}])
def test_grad_of_instance_norm(affine, epsilon):
    x = maps(RNG, 4, 5)
    agree(
        RNG,
        x,
        lambda x: norms.instance_norm(x, **affine, epsilon=epsilon),
        lambda x: byhand.instance_norm(x, **affine, epsilon=epsilon),
        lambda dy, y: byhand.instance_norm_backward(
            dy, x, scale=affine.get("scale"), epsilon=epsilon
        ),
        rtol=1e-12,
    )


@pytest.mark.parametrize("part", ["scale", "shift"])
def test_grad_of_instance_norm_in_its_parameters(part):
    x, other = maps(RNG, 4, 5), {"scale": GAMMA, "shift": BETA}
    agree(
        RNG,
        other.pop(part),
        lambda value: norms.instance_norm(x, **other, **{part: value}, epsilon=0.1),
        lambda value: byhand.instance_norm(x, **other, **{part: value}, epsilon=0.1),
        lambda dy, y: byhand.affine_backward(dy, x, epsilon=0.1)[part == "shift"],
        rtol=1e-12,
    )


@pytest.mark.parametrize("unbiased", [True, False])
def test_grad_of_adain(unbiased):
    x, options = maps(RNG, 4, 5), {"epsilon": 0.1, "unbiased": unbiased}
    agree(
        RNG,
        x,
        lambda x: norms.adain(x, BETA, GAMMA, **options),
        lambda x: byhand.adain(x, BETA, GAMMA, **options),
        lambda dy, y: byhand.adain_backward(dy, x, GAMMA, **options),
        rtol=1e-12,
    )
    agree(
        RNG,
        GAMMA,
        lambda deviation: norms.adain(x, BETA, deviation, **options),
        lambda deviation: byhand.adain(x, BETA, deviation, **options),
        lambda dy, y: byhand.affine_backward(dy, x, **options)[0],
        rtol=1e-12,
    )
    agree(
        RNG,
        BETA,
        lambda mean: norms.adain(x, mean, GAMMA, **options),
        lambda mean: byhand.adain(x, mean, GAMMA, **options),
        lambda dy, y: byhand.affine_backward(dy, x, **options)[1],
        rtol=1e-12,
    )


def test_grad_of_adain_by_default():
    x = maps(RNG, 4, 5)
    agree(
        RNG,
        x,
        lambda x: norms.adain(x, BETA, GAMMA),
        lambda x: byhand.adain(x, BETA, GAMMA),
        lambda dy, y: byhand.adain_backward(dy, x, GAMMA),
        rtol=1e-12,
    )


@pytest.mark.parametrize("style", [2, np.array([0.2, 0, 1.5, -0.3])], ids=["number", "weights"])
def test_grad_of_conditional_instance_norm(style):
    x = maps(RNG, 4, 5)
    agree(
        RNG,
        x,
        lambda x: norms.conditional_instance_norm(x, GAMMAS, BETAS, style, epsilon=0.1),
        lambda x: byhand.conditional_instance_norm(x, GAMMAS, BETAS, style, epsilon=0.1),
        lambda dy, y: byhand.conditional_instance_norm_backward(dy, x, GAMMAS, style, epsilon=0.1),
        rtol=1e-12,
    )
    agree(
        RNG,
        GAMMAS,
        lambda table: norms.conditional_instance_norm(x, table, BETAS, style, epsilon=0.1),
        lambda table: byhand.conditional_instance_norm(x, table, BETAS, style, epsilon=0.1),
        lambda dy, y: byhand.blend_backward(
            byhand.affine_backward(dy, x, epsilon=0.1)[0], GAMMAS, style
        )[0],
        rtol=1e-12,
    )


def test_grad_of_blend_in_its_weights():
    agree(
        RNG,
        np.array([0.2, 0, 1.5, -0.3]),
        lambda weights: norms.blend(GAMMAS, weights),
        lambda weights: byhand.blend(GAMMAS, weights),
        lambda dt, t: byhand.blend_backward(dt, GAMMAS, np.zeros(4))[1],
    )


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_grad_of_mean_and_deviation(unbiased, epsilon):
    x, options = maps(RNG, 4, 5), {"epsilon": epsilon, "unbiased": unbiased}
    dmean, ddeviation = RNG.normal(size=(2, 3))

    def weighted(module, x):
        mean, deviation = module.mean_and_deviation(x, **options)
        return (dmean * mean).sum() + (ddeviation * deviation).sum()

    value, automatic = value_and_pullback(lambda x: weighted(norms, x))(x, np.ones(()))
    close(weighted(byhand, x), value, rtol=1e-12)
    gradient = byhand.mean_and_deviation_backward(dmean, ddeviation, x, **options)
    close(gradient, automatic, rtol=1e-12)
    check(lambda x: weighted(byhand, x), x, gradient)


def test_float32_stays_float32():
    x, gamma = maps(RNG, 4, 5).astype(np.float32), GAMMA.astype(np.float32)
    y = byhand.instance_norm(x, scale=gamma)
    assert y.dtype == byhand.instance_norm_backward(y, x, scale=gamma).dtype == np.float32
    assert byhand.adain_backward(y, x, gamma).dtype == np.float32
    assert byhand.blend(np.ones((2, 3), np.float32), 1).dtype == np.float32
