"""The loop around SciPy's L-BFGS-B, which owns its own: the same face as `jnst.optimize.loop`."""

import math
from collections.abc import Generator
from typing import Any

import jax
import numpy as np

from jnst.arrays import Image
from jnst.methods.progress import Progress
from jnst.optimize.loop import End, check_can_recover
from jnst.optimize.optimizers import FIRST_STEP, HISTORY, scipy_lbfgs
from jnst.optimize.step import Compiled, Evaluate
from jnst.xla import jit


def minimize_scipy(
    evaluate: Evaluate,
    constants: Any,
    image: Image,
    *,
    steps: int,
    history: int = HISTORY,
    compiled: Compiled = True,
) -> Generator[Progress, None, End]:
    """Minimize by SciPy's L-BFGS-B within [0, 1]; arguments and errors as for `loop.minimize`.

    The objective is evaluated in the precision of `image`. SciPy's line search is made for float64:
    in the last digits of float32 it finds descent that is none, and gives up.

    Where the loss is not finite, SciPy starts again from the best picture, with an empty history
    and half the first step. Ends early where SciPy finds no step that improves. What SciPy keeps
    in mind cannot be had: a `Progress` holds no state to go on from.
    """
    with jax.enable_x64(image.dtype == np.float64):
        if compiled is True:
            evaluate, constants = jit(evaluate), jax.device_put(constants)
    best, best_total, shrink = np.array(image), math.inf, 1.0
    retreats, done = 0, 0
    while done < steps:
        search, scale = scipy_lbfgs(best, history=history), None
        try:
            asked = next(search)
            while done < steps:
                newest = asked.astype(image.dtype)
                double = jax.enable_x64(newest.dtype == np.float64)
                with double, np.errstate(over="ignore", invalid="ignore"):
                    total, parts, gradient = evaluate(constants, newest)
                total, gradient = float(total), np.asarray(gradient)
                done += 1
                failed = not (math.isfinite(total) and np.isfinite(gradient).all())
                if failed:
                    retreats, shrink, total = retreats + 1, shrink / 2, math.nan
                    check_can_recover(retreats, best_total)
                elif total < best_total:
                    best, best_total = newest, total
                named = {name: float(part) for name, part in parts.items()}
                yield Progress(done, total, named, newest, best, best_total, shrink)
                if failed:
                    break
                if scale is None:  # SciPy's first step is the gradient itself, whatever its size
                    rms = np.sqrt(np.mean(gradient.astype(np.float64) ** 2))
                    scale = shrink * FIRST_STEP / rms if rms > 0 else 1.0
                asked = search.send((scale * total, scale * gradient))
        except StopIteration:
            break
        finally:
            search.close()
    return End(best, None)
