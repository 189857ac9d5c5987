"""Run by `test_sharding.py` in processes with several devices: one picture against one device.

    python tests/engines/sharded.py [ADDRESS COUNT NUMBER]

Prints the number of devices, and how far total and gradient are off, relatively. Without arguments
also how far a whole run is off, and how many times its step was compiled.
"""

import json
import sys

import jax
import numpy as np

import jnst
from jnst.engines.build import on_devices
from jnst.optimize import step
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import iterate, prepare
from jnst.transfer.settings import Settings
from jnst.xla import jit

jax.config.update("jax_enable_x64", True)
if len(sys.argv) > 1:
    address, count, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, count, number)

# They ask for the device, which has to come after.
import tiny  # noqa: E402
from evaluations import CASES, IMAGE, whole  # noqa: E402


def compare_evaluations():
    """Print how far an evaluation on all devices is from one on a single device."""
    for case in ("default", "average"):
        settings = Settings(**CASES[case])
        alone, constants = whole(settings)
        expected = jit(alone.evaluate)(constants, IMAGE)
        shared = on_devices(settings.resolved.objective, jax.device_count())
        program = jit(shared.evaluate)
        found = program(constants, IMAGE)
        expected, found = jax.tree.map(np.asarray, (expected, found))
        far = np.abs(found.gradient - expected.gradient).max() / np.abs(expected.gradient).max()
        text = program.lower(constants, IMAGE).compile().as_text()
        result = {
            "devices": jax.device_count(),
            "total": float(abs(found.total / expected.total - 1)),
            "gradient": float(far),
            "exchanges": text.count("collective-permute("),
        }
        print(json.dumps(result), flush=True)


def compare_runs():
    """Print how far a run on all devices is from one on a single device."""
    jax.config.update("jax_enable_x64", False)
    # The default content loss has a kink at the content itself, where rounding decides the slope.
    options = {"size": 64, "first_size": None, "steps": (4,), "style_loss": "gram"}
    options["content_scale"] = "relative"
    one, other = (
        jnst.stylize(samples.content(), samples.STYLE, devices=count, **options).array
        for count in (1, jax.device_count())
    )
    settings = Settings(devices=jax.device_count(), **options)
    problem = prepare(read(samples.content(), samples.STYLE, settings), settings)
    list(iterate(problem, 3, every=1))
    program = step.program(problem.evaluate, problem.optimizer, 0.0, 1, compiled=True)
    result = {"run": float(abs(one - other).max()), "compiled": program._cache_size()}
    print(json.dumps(result), flush=True)


with tiny.installed():
    compare_evaluations()
    if len(sys.argv) == 1:
        compare_runs()
