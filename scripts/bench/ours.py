"""Our side of the benchmarks: see `work.py`."""

import dataclasses
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from work import EVALUATION, flops, most_resident, pictures, summary

from jnst.optimize.loop import minimize
from jnst.transfer.loaded import Loaded, load
from jnst.transfer.pictures import Guide, Pictures
from jnst.transfer.presets import preset
from jnst.transfer.problem import Problem, set_up
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage
from jnst.xla import jit

state: dict[str, Any] = {}


def _problem(
    settings: Settings,
    pair: tuple[str, str],
    height: int,
    width: int,
    *,
    tile: int | None = None,
    loaded: Loaded | None = None,
) -> Problem:
    content, style, start = pictures(pair, height, width)
    size = max(height, width)
    stage = Stage(size, size, settings.steps[-1], settings.optimizer, tile)
    given = Pictures(content, [Guide(style, 1.0)], original=content)
    return set_up(given, settings, loaded or load(settings), stage=stage, start=start)


def prepare(content: str, style: str, size: int, variant: str, precision: str) -> dict[str, Any]:
    """Compile one evaluation and run it once; return its `summary` and its operations."""
    settings = EVALUATION
    if precision == "bfloat16":
        settings = dataclasses.replace(settings, precision="bfloat16")
    else:
        jax.config.update("jax_default_matmul_precision", precision)
    tile = int(variant[4:]) if variant.startswith("tile") else None
    problem = _problem(settings, (content, style), size, size, tile=tile)
    run = jit(problem.evaluate) if problem.compiled is True else problem.evaluate
    constants, start = jax.device_put((problem.constants, problem.image))
    state["run"] = lambda: run(constants, start)
    state["factors"] = jnp.ones(
        (2, 2048, 2048), "bfloat16" if precision == "bfloat16" else "float32"
    )
    found = state["run"]()
    return {**summary(float(found.total), np.asarray(found.gradient)), "flops": flops(size)}


def measure(times: int) -> float:
    """Return the seconds of one evaluation, of so many that are sent off together."""
    started = time.perf_counter()
    for _ in range(times):
        found = state["run"]()
    jax.block_until_ready(found)
    return (time.perf_counter() - started) / times


def matmul(times: int) -> float:
    """Return the TFLOP/s of a product of two 2048 x 2048 matrices."""
    product = jit(jnp.matmul)
    jax.block_until_ready(product(*state["factors"]))
    started = time.perf_counter()
    for _ in range(5 * times):
        found = product(*state["factors"])
    jax.block_until_ready(found)
    return 5 * times * 2 * 2048**3 / (time.perf_counter() - started) / 1e12


def start(content: str, style: str, size: int) -> dict[str, float]:
    """Return the seconds of what comes before and with the first step of the default recipe."""
    began = time.perf_counter()
    loaded = load(Settings())
    read = time.perf_counter()
    problem = _problem(Settings(), (content, style), size * 3 // 4, size, loaded=loaded)
    set_ = time.perf_counter()
    assert problem.optimizer is not None  # not SciPy's
    steps = minimize(problem.evaluate, problem.constants, problem.image, problem.optimizer, steps=2)
    next(steps)
    first = time.perf_counter()
    next(steps)
    second = time.perf_counter()
    return {
        "weights": read - began,
        f"targets at {size} px": set_ - read,
        "first step": first - set_,
        "second step": second - first,
    }


def forget() -> None:
    """Free what `prepare` made."""
    state.clear()


def peak() -> int:
    """Return the most bytes that this process has held: on the device, or on the CPU in all."""
    stats = jax.devices()[0].memory_stats()
    if stats:
        return stats["peak_bytes_in_use"]
    return most_resident()


def descend(
    content: str, style: str, height: int, width: int, evaluations: int, target: float | None
) -> dict[str, Any]:
    """Minimize neural-style-pt's objective; stop at `target`. Compiling counts apart."""
    settings = dataclasses.replace(preset("neural-style-pt"), steps=(evaluations,))
    problem = _problem(settings, (content, style), height, width)
    assert problem.optimizer is not None  # not SciPy's
    started, course = time.perf_counter(), []
    for progress in minimize(
        problem.evaluate, problem.constants, problem.image, problem.optimizer, steps=evaluations
    ):
        course.append((time.perf_counter() - started, progress.total))
        if target is not None and progress.best_total <= target:
            break
    seconds, first = course[-1][0], course[0][0]
    return {
        "start": course[0][1],
        "total": min(total for _, total in course),
        "evaluations": len(course),
        "seconds": seconds,
        "without compiling": seconds - first + (seconds - first) / max(1, len(course) - 1),
    }
