"""What commands share: the settings that others are based on, compiled programs, clear ends."""

import dataclasses
import itertools
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import jax
import platformdirs

from jnst.arrays import Image
from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.runs.record import Inputs, record
from jnst.transfer.checks import check
from jnst.transfer.pictures import Pictures, alpha_for, finish, read
from jnst.transfer.settings import Settings
from jnst.version import __version__

QUALITY = {"draft": 0.3, "normal": 1.0, "best": 3.0}
"""What the numbers of steps are multiplied by."""


def with_quality(settings: Settings, quality: str) -> Settings:
    """Return the settings with the steps, however they came about, times those of `QUALITY`.

    Raises `InputError` for settings that cannot be used: as they were asked for, not as multiplied.
    """
    check(settings)
    steps = tuple(max(1, round(QUALITY[quality] * count)) for count in settings.steps)
    return dataclasses.replace(settings, steps=steps)


def open_pictures(inputs: Inputs, settings: Settings) -> Pictures:
    """Read the pictures of a run; the sample pair stands in for a missing content or style."""
    return read(
        samples.content() if inputs.content is None else inputs.content,
        inputs.styles or samples.STYLE,
        settings,
        masks=inputs.masks,
        style_masks=inputs.style_masks,
        labels=inputs.labels,
        style_labels=inputs.style_labels,
        start=inputs.start,
    )


def keep_compiled_programs(*, folder: Path | None = None) -> None:
    """Let JAX keep what it compiles: the second run at a size starts at once.

    In the user's cache folder, or in another one. Where that cannot be used, all is only slower.
    """
    folder = folder or platformdirs.user_cache_path("jnst", appauthor=False) / "xla"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
    warnings.filterwarnings("ignore", "Error (read|writ)ing persistent compilation cache")


def tell_of_more(paths: Iterable[Path], *, quiet: bool) -> None:
    """Say on the error stream which files hold more pictures than the first, which is taken."""
    for path in () if quiet else dict.fromkeys(paths):
        if files.is_animated(path):
            print(f"jnst: {path} holds several pictures; the first is taken", file=sys.stderr)


def check_no_source(outputs: Iterable[Path], sources: Iterable[Path]) -> None:
    """Raise an `InputError` if one of the outputs is a file that the run reads."""
    for path, source in itertools.product(outputs, sources):
        if all(map(os.path.exists, (path, source))) and path.samefile(source):
            raise InputError(f"the output {path} is one of the pictures; choose another name")


def save(
    path: Path,
    pictures: Pictures,
    settings: Settings,
    inputs: Inputs,
    image: Image,
    *,
    depth: int = 8,
) -> None:
    """Finish a painted picture and write it, with its transparency and what it was made of."""
    finished = finish(pictures, settings, image)
    files.write(
        path,
        finished,
        settings=record(settings, inputs),
        software=f"jnst {__version__}",
        alpha=alpha_for(pictures, finished),
        depth=depth,
    )
