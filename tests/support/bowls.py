"""Objectives so cheap that no network is needed, for tests of the loops around them."""

import numpy as np
import pytest

from jnst.byhand.optimize import optimizers as byhand_optim
from jnst.losses.objective import Evaluation
from jnst.optimize.loop import minimize
from jnst.optimize.optimizers import OPTIMIZERS
from jnst.optimize.scipy_loop import minimize_scipy

RNG = np.random.default_rng(0)
START = 0.4 + 0.2 * RNG.random((1, 5, 6, 3), np.float32)
CENTRE = 1.4 * RNG.random(START.shape, np.float32) - 0.2  # partly out of bounds
CURVATURE = (1 + 9 * RNG.random(START.shape, np.float32)) / START.size
RATES = {"lbfgs": 0.7, "adam": 0.02, "sgd": 0.01}


def bowl(centre, image):
    """Quadratic, in two parts; for NumPy and for JAX."""
    d = image - centre
    near, far = 0.25 * (CURVATURE * d**2).sum(), 0.75 * (CURVATURE * d**2).sum()
    return Evaluation(near + far, {"near": near, "far": far}, 2 * CURVATURE * d)


# Close to the start, with a wall behind it that first steps run into.
NEAR = START + 0.01 * np.sign(RNG.normal(size=START.shape)).astype(np.float32)
FAST = {"lbfgs": 1.0, "adam": 0.05, "sgd": 0.02}


def beyond(image):
    return abs(image - START).max() > 0.025


def cliff(centre, image):
    """The bowl, but with a loss that is no number where the picture has gone too far."""
    here, xp = bowl(centre, image), image.__array_namespace__()
    return here._replace(total=xp.where(beyond(image), xp.nan, here.total))


def torn(centre, image):
    """The bowl, but with a gradient that is not finite there, though the loss is."""
    here, xp = bowl(centre, image), image.__array_namespace__()
    return here._replace(gradient=xp.where(beyond(image), xp.inf, here.gradient))


def hopeless(centre, image):
    """Finite at the first picture alone."""
    here, xp = bowl(centre, image), image.__array_namespace__()
    return here._replace(total=xp.where((image == START).all(), here.total, xp.nan))


def iterate(evaluate, name, steps, *, constants=CENTRE, rates=RATES, start=START, **options):
    if name == "scipy":
        return minimize_scipy(evaluate, constants, start, steps=steps, **options)
    by_name = OPTIMIZERS if options.get("compiled", True) else byhand_optim.OPTIMIZERS
    return minimize(evaluate, constants, start, by_name[name](rates[name]), steps=steps, **options)


def run(*args, **options):
    return list(iterate(*args, **options))


ALL = pytest.mark.parametrize("name", [*OPTIMIZERS, "scipy"])
KINDS = pytest.mark.parametrize("compiled", [True, "moves", False], ids=["jax", "moves", "numpy"])
