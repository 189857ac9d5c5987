"""Whitening and colouring: by hand = autodiff = central differences."""

import numpy as np
import pytest
from gradcheck import check, close
from helpers import agree, maps
from programs import value_and_pullback

from jnst.byhand.feedforward import whitening as byhand
from jnst.feedforward import whitening

RNG = np.random.default_rng(0)
CASES = {
    "many positions": ((4, 5), 3, "wct", {}),
    "strength 1": ((4, 5), 3, "wct", {"alpha": 1.0}),
    "few positions": ((1, 4), 5, "wct", {}),  # two directions are dropped
    "identity": ((2, 3), 3, "wct", {"identity": 0.3, "threshold": 0.01}),
    "products": ((4, 5), 3, "wct_by_products", {}),
    "products of few positions": ((1, 4), 5, "wct_by_products", {"ridge": 0.05}),
}

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize(("size", "channels", "name", "options"), CASES.values(), ids=CASES)
def test_grad_of_whitening_and_colouring(size, channels, name, options):
    mixture = np.eye(channels) + 0.3 * RNG.normal(size=(channels, channels))
    content = maps(RNG, *size, channels=channels) @ mixture
    if channels > size[0] * size[1]:
        content[..., 1] = 0  # a channel that never fires
    arguments = [content, RNG.normal(size=channels), RNG.normal(size=(channels, channels))]
    options = {"alpha": 0.6, **options}
    for i, part in enumerate(("content", "mean", "root")):

        def run(module, value, i=i):
            given = [*arguments[:i], value, *arguments[i + 1 :]]
            return getattr(module, name)(*given, **options)

        def backward(dy, y, i=i):
            return getattr(byhand, f"{name}_backward")(dy, content, arguments[2], **options)[i]

        agree(
            RNG,
            arguments[i],
            lambda value, run=run: run(whitening, value),
            lambda value, run=run: run(byhand, value),
            backward,
            rtol=1e-10,
            name=f"{name}, {part}",
        )


def test_grad_of_mean_and_covariance():
    x, dmean, dC = maps(RNG, 4, 5), RNG.normal(size=3), RNG.normal(size=(3, 3))

    def weighted(module, x):
        mean, C = module.mean_and_covariance(x)
        return (dmean * mean).sum() + (dC * C).sum()

    value, automatic = value_and_pullback(lambda x: weighted(whitening, x))(x, np.ones(()))
    close(weighted(byhand, x), value, rtol=1e-12)
    gradient = byhand.mean_and_covariance_backward(dmean, dC, x)
    close(gradient, automatic, rtol=1e-12)
    check(lambda x: weighted(byhand, x), x, gradient)


def test_float32_stays_float32():
    x, R = maps(RNG, 4, 5).astype(np.float32), np.eye(3, dtype=np.float32)
    for name in ("wct", "wct_by_products"):
        assert getattr(byhand, name)(x, R[0], R, alpha=0.6).dtype == np.float32
        for part in getattr(byhand, f"{name}_backward")(x, x, R, alpha=0.6):
            assert part.dtype == np.float32
