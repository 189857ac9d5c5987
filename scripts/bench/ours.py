"""Our side of the benchmarks: see `work.py`."""

import dataclasses
import resource
import time
from typing import Any

import jax
import numpy as np
from work import EVALUATION, pictures

from jnst.loop import minimise
from jnst.pictures import Guide, Pictures
from jnst.presets import preset
from jnst.problem import load, set_up
from jnst.settings import Settings
from jnst.stages import Stage
from jnst.xla import jit

state: dict[str, Any] = {}


def _problem(settings: Settings, height: int, width: int, tile: int | None = None) -> Any:
    content, style, start = pictures(height, width)
    size = max(height, width)
    stage = Stage(size, size, settings.steps[-1], tile)
    given = Pictures(content, [Guide(style, 1.0)], original=content)
    return set_up(given, settings, load(settings), stage=stage, start=start)


def prepare(size: int, variant: str, precision: str) -> dict[str, float]:
    """Compile one evaluation and run it once; return its total, and its gradient's norm."""
    if precision != "default":
        jax.config.update("jax_default_matmul_precision", precision)
    problem = _problem(EVALUATION, size, size, int(variant[5:]) if variant[:4] == "tile" else None)
    run = jit(problem.evaluate) if problem.compiled else problem.evaluate
    constants, start = jax.device_put((problem.constants, problem.image))
    state["run"] = lambda: jax.block_until_ready(run(constants, start))
    started = time.perf_counter()
    found = state["run"]()
    seconds = time.perf_counter() - started
    gradient = np.asarray(found.gradient, np.float64)
    return {
        "total": float(found.total),
        "gradient": float(np.linalg.norm(gradient)),
        "first": seconds,
    }


def measure() -> float:
    """Return the seconds of one evaluation."""
    started = time.perf_counter()
    state["run"]()
    return time.perf_counter() - started


def forget() -> None:
    """Free what `prepare` made."""
    state.clear()


def peak() -> int:
    """Return the most bytes that this process has held: on the device, or on the CPU in all."""
    stats = jax.devices()[0].memory_stats()
    if stats:
        return stats["peak_bytes_in_use"]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def descend(height: int, width: int, evaluations: int, target: float | None) -> dict[str, Any]:
    """Minimise neural-style-pt's objective; stop at `target`. Compiling counts apart."""
    settings = dataclasses.replace(preset("neural-style-pt"), steps=(evaluations,), history=20)
    problem = _problem(settings, height, width)
    started, course = time.perf_counter(), []
    for progress in minimise(
        problem.evaluate, problem.constants, problem.image, problem.optimizer, steps=evaluations
    ):
        course.append((time.perf_counter() - started, progress.total))
        if target is not None and progress.best_total <= target:
            break
    first = course[0][0]
    return {
        "start": course[0][1],
        "total": min(total for _, total in course),
        "evaluations": len(course),
        "seconds": course[-1][0],
        "without compiling": course[-1][0] - first + (course[-1][0] - first) / (len(course) - 1),
    }
