"""Against torch's autograd in float64, where torch is installed."""

import jax
import numpy as np
import pytest
from gradcheck import close

from jnst.backbones import nn, pooling
from jnst.losses import content, gram

torch = pytest.importorskip("torch", reason="torch is no dependency; it only cross-checks here")

RNG = np.random.default_rng(0)
KERNELS = [RNG.normal(size=(3, 3, 3, 6)), RNG.normal(size=(3, 3, 6, 5))]
BIASES = [RNG.normal(size=6), RNG.normal(size=5)]
POOLING = {
    "max": (pooling.max_pool, torch.nn.functional.max_pool2d),
    "avg": (pooling.avg_pool, torch.nn.functional.avg_pool2d),
}


pytestmark = pytest.mark.usefixtures("in_float64")


def channels_first(x):
    return torch.tensor(np.moveaxis(x, -1, 1).copy())


def channels_last(x):
    return np.moveaxis(x.detach().numpy(), 1, -1)


def ours(pool):
    def features(x):
        first = nn.relu(nn.conv2d(x, KERNELS[0], BIASES[0]))
        return first, nn.relu(nn.conv2d(pool(first), KERNELS[1], BIASES[1]))

    return features


def theirs(pool):
    kernels = [torch.tensor(kernel.transpose(3, 2, 0, 1).copy()) for kernel in KERNELS]
    biases = [torch.tensor(bias) for bias in BIASES]

    def features(x):
        conv2d = torch.nn.functional.conv2d
        first = torch.relu(conv2d(x, kernels[0], biases[0], padding=1))
        return first, torch.relu(conv2d(pool(first, 2), kernels[1], biases[1], padding=1))

    return features


@pytest.mark.parametrize("pooling", POOLING)
@pytest.mark.parametrize("size", [(8, 6), (9, 7)], ids=["even", "odd"])
def test_grad_of_a_network_of_two_layers(size, pooling):
    image, photograph, painting = RNG.random((3, 1, *size, 3))
    pool, torch_pool = POOLING[pooling]
    network, torch_network = ours(pool), theirs(torch_pool)

    def loss(x):
        shallow, deep = network(x)
        style = gram.distance(gram.statistic(shallow), gram.statistic(network(painting)[0]))
        return content.distance(deep, network(photograph)[1], scale="half") + style

    def torch_gram(features):
        rows = features.flatten(2)[0]
        return rows @ rows.T / rows.shape[1]

    x = channels_first(image).requires_grad_()
    shallow, deep = torch_network(x)
    A = torch_gram(torch_network(channels_first(painting))[0])
    P = torch_network(channels_first(photograph))[1]
    total = ((deep - P) ** 2).sum() / 2 + ((torch_gram(shallow) - A) ** 2).mean() / 4
    total.backward()

    for mine, other in zip(network(image), (shallow, deep), strict=True):
        close(mine, channels_last(other), rtol=1e-12)
    value, gradient = jax.value_and_grad(loss)(image)
    np.testing.assert_allclose(value, total.item(), rtol=1e-12)
    close(gradient, channels_last(x.grad), rtol=1e-11)
