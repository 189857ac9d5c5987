"""JAX's devices, and compilation for them with options that were measured to help; a cache."""

import contextlib
import functools
import inspect
import os
import threading
import warnings
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import jax
import platformdirs

from jnst.errors import InputError

OPTIONS = {"cpu": {"xla_cpu_scheduler_type": "CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED"}}
"""By backend. XLA's default on the CPU orders work for concurrency, which one picture has none of,
and keeps more maps at a time: it took 15 % more memory, and 3 % more time."""


_chosen: list[Any] = []


def use_device(name: str) -> None:
    """Let one device compute everything: "cpu", "cuda" or "tpu", or as "cuda:1" the second of some.

    To be called before anything is computed, for it starts JAX's backend.

    Raises:
        InputError: where there is no such device.

    """
    platform, _, number = name.partition(":")
    # The CPU stays there beside an accelerator: for what is done once, and for a missing one.
    jax.config.update("jax_platforms", platform if platform == "cpu" else f"{platform},cpu")
    try:
        there = jax.devices(platform)
    except (RuntimeError, AssertionError):
        raise InputError(
            f"JAX finds no device {name} here; leave out device, or take cpu"
        ) from None
    if not number:
        _chosen[:] = there
        return
    if int(number) >= len(there):
        last = f"{platform}:{len(there) - 1}"
        raise InputError(f"JAX finds no device {name} here; the last one is {last}")
    _chosen[:] = [there[int(number)]]
    jax.config.update("jax_default_device", _chosen[0])


def find_devices() -> list[Any]:
    """Return JAX's devices, or those that `use_device` chose: the first call starts the backend.

    Raises:
        InputError: where the environment asks for devices that are not there.

    """
    if _chosen:
        return [*_chosen]
    try:
        return jax.devices()
    except (RuntimeError, AssertionError) as error:
        for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME"):
            if asked := os.environ.get(name):
                raise InputError(
                    f"the environment variable {name} asks for {asked!r}, which JAX cannot use "
                    "here; leave it out, or set it to cpu"
                ) from error
        raise


QUICK: dict[str, Any] = {"xla_backend_optimization_level": 0}
"""On the CPU, in place of LLVM's optimizations: programs compile in about half the time, and run
two to three times as long (`scripts/bench/onepass.py`). For what runs once."""
if jax.__version_info__ < (0, 11, 1):  # later ones know no such option
    QUICK["xla_cpu_use_fusion_emitters"] = False

THIN: dict[str, Any] = {}
"""For programs with convolutions of few channels, on the CPU: these by Eigen. XLA prefers YNNPACK,
which computes them on one core: a pass over 512 x 512 pixels took 3.5 times as long as its peer's
with it, and as long as that without (`scripts/bench/onepass.py`)."""
if jax.__version_info__ < (0, 12):  # later ones are not tried, and an unknown option is an error
    THIN["xla_cpu_experimental_ynn_fusion_type"] = ""


def jit(function: Callable, *, quick: bool = False, thin: bool = False, **options: Any) -> Any:
    """Return `jax.jit(function, **options)`, compiled with `OPTIONS` of the default backend.

    On the CPU a program that is to be compiled quickly has `QUICK`, too, and one whose convolutions
    have few channels `THIN`.
    """
    platform = find_devices()[0].platform
    chosen = dict(OPTIONS.get(platform, {}))
    if platform == "cpu":
        chosen |= (QUICK if quick else {}) | (THIN if thin else {})
    return jax.jit(function, compiler_options=chosen or None, **options)


@contextlib.contextmanager
def _as_written() -> Iterator[None]:
    with (
        jax.numpy_rank_promotion("allow"),
        jax.numpy_dtype_promotion("standard"),
        jax.transfer_guard("allow"),
        jax.debug_infs(False),  # the best total is infinite before the first step
    ):
        yield


def own_switches(function: Callable) -> Callable:
    """Let a function compute with JAX's usual switches, whatever the caller has set.

    Strict switches are for the caller's code: ours, and optax's, is not written for them. They are
    changed for the thread alone; for a generator, not between its steps.
    """

    @functools.wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        with _as_written():
            found: Any = function(*arguments, **options)
        return _stepwise(found) if inspect.isgenerator(found) else found

    return called


def _stepwise(steps: Any) -> Iterator[Any]:
    with contextlib.closing(steps):
        while True:
            with _as_written():
                try:
                    found = next(steps)
                except StopIteration:
                    return
            yield found


MOST_COMPILED = 64
"""The most pictures and sizes that programs are held for. Linux gives a process 65 530 mappings,
then LLVM ends it; on the CPU each of these takes about 650, and 30 MB."""
_compiled: set[Hashable] = set()
_lock = threading.Lock()


def make_room(*programs: Hashable) -> None:
    """Say what programs are about to be used, by anything that names them and their shapes.

    All compiled programs of the process are let go first, where it would hold more than
    `MOST_COMPILED`. Those that are used again are compiled again, or read from the cache folder.
    """
    with _lock:
        if len(_compiled.union(programs)) > MOST_COMPILED:
            jax.clear_caches()
            _compiled.clear()
        _compiled.update(programs)


def keep_compiled_programs(*, folder: Path | None = None) -> None:
    """Let JAX keep what it compiles: the second run at a size starts at once.

    In the user's cache folder, or in another one; where the environment names one to JAX, in that.
    Where none can be used, all is only slower.
    """
    if os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        return
    try:
        folder = folder or platformdirs.user_cache_path("jnst", appauthor=False) / "xla"
    except (RuntimeError, KeyError):  # no HOME, and a user without an entry
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
    warnings.filterwarnings("ignore", "Error (read|writ)ing persistent compilation cache")
