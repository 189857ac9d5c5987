"""What a dream increases: by hand, by autodiff, by differences; and the numbers one can foresee."""

import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.backbones import graph
from jnst.backbones.layers import PICTURE, apply, concat, conv, pool
from jnst.byhand.dreams import activation as byhand
from jnst.dreams import activation
from jnst.dreams.activation import Aim

RNG = np.random.default_rng(0)
F, G = RNG.normal(size=(1, 5, 4, 6)), RNG.normal(size=(1, 3, 2, 6))

pytestmark = pytest.mark.usefixtures("in_float64")


def network():
    """A small network with two ways, and random weights for it."""
    first = conv(PICTURE, "first", 6, 3)
    layers = [first, relu := apply("relu", first, "relu")]
    layers.append(small := pool("max", relu, "small", 2, stride=2))
    layers += [one := conv(small, "one", 5, 1), two := conv(small, "two", 4, 3)]
    layers.append(concat([one, two], "both"))
    table = tuple(layers)
    params = {"input": {"mean": np.full((1, 1, 1, 3), 110.0)}} | {
        name: {"kernel": RNG.normal(size=shape) / 9, "bias": RNG.normal(size=shape[-1])}
        for name, shape in graph.kernels(table).items()
    }
    return table, params


@pytest.mark.parametrize("name", activation.OBJECTIVES)
def test_grad_of_objectives(name):
    by_jax = activation.OBJECTIVES[name]
    by_hand, backward = byhand.OBJECTIVES[name]
    value, gradient = jax.jit(jax.value_and_grad(by_jax))(F)
    close(by_hand(F), value, rtol=1e-14)
    close(backward(F), gradient, rtol=1e-13)
    check(by_hand, F, backward(F))


def test_grad_of_the_guided_objective():
    value, gradient = jax.jit(jax.value_and_grad(activation.guided))(F, G)
    close(byhand.guided(F, G), value, rtol=1e-14)
    close(byhand.guided_backward(F, G), gradient, rtol=1e-13)
    check(lambda f: byhand.guided(f, G), F, byhand.guided_backward(F, G))


TABLE, PARAMS = network()
LAYERS = ("both", "relu")


@jax.jit
def extract(image):
    return graph.features(TABLE, PARAMS, image, LAYERS, padding="edge")


@jax.jit
def pull(image, slopes):
    """From ∂E/∂maps to ∂E/∂image: one program for all that follows."""
    return jax.vjp(extract, image)[1](slopes)[0]


@pytest.mark.parametrize("objective", activation.OBJECTIVES)
@pytest.mark.parametrize("guided", [False, True])
@pytest.mark.parametrize("channels", [((), ()), ((0, 7), (2,))])
def test_grad_of_the_whole_down_to_the_pixels(objective, guided, channels):
    image, guide = RNG.random((1, 13, 10, 3)), RNG.random((1, 8, 9, 3))
    aim = Aim(LAYERS, (0.7, 1.9), channels, objective)
    targets = extract(guide) if guided else {}
    targets = {layer: np.asarray(target) for layer, target in targets.items()}

    def total(maps, targets):
        return activation.total(aim, maps, targets)[0]

    options = {"padding": "edge"}
    value, gradient = byhand.value_and_gradient(TABLE, PARAMS, image, aim, targets, **options)
    expected, slopes = jax.jit(jax.value_and_grad(total))(extract(image), targets)
    close(value, expected, rtol=1e-13)
    close(gradient, pull(image, slopes), rtol=1e-12)
    check(
        lambda x: byhand.value_and_gradient(TABLE, PARAMS, x, aim, targets, **options)[0],
        image,
        gradient,
        eps=1e-7,
        name=f"dream of {objective}",
    )


def test_values_that_one_can_foresee():
    ones = np.ones((1, 2, 3, 4))
    assert byhand.squares(3 * ones) == 4.5
    assert byhand.mean(3 * ones) == 3
    # The best of the guide's three positions is the longest: 2 in all four channels.
    guide = np.array([1.0, 2.0, -5.0]).reshape(1, 3, 1, 1) * np.ones(4)
    assert byhand.guided(3 * ones, guide) == 6
    assert (byhand.guided_backward(3 * ones, guide) == 2 / 24).all()
    assert (byhand.guided_backward(-ones, guide) == -5 / 24).all()


def test_channels_that_were_not_chosen_do_not_matter():
    aim = Aim(("a",), (1.0,), ((1, 4),))
    value, gradients = byhand.total(aim, {"a": F}, {})
    other = F.copy()
    other[..., [0, 2, 3, 5]] += 7
    assert byhand.total(aim, {"a": other}, {})[0] == value
    assert (gradients["a"][..., [0, 2, 3, 5]] == 0).all()
    assert (gradients["a"][..., [1, 4]] != 0).all()


def test_a_layers_weight_scales_its_gradient():
    one, three = (byhand.total(Aim(("a",), (w,), ((),)), {"a": F}, {})[1]["a"] for w in (1.0, 3.0))
    close(three, 3 * one, rtol=1e-15)
