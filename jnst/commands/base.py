"""What commands share: the settings that others are based on, compiled programs, clear ends."""

import argparse
import dataclasses
import itertools
import os
import sys
import traceback
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import jax
import platformdirs

from jnst import files, samples
from jnst.arrays import Image, InputError, check_choice, printable
from jnst.checks import check
from jnst.commands.signals import interrupted
from jnst.pictures import Pictures, alpha_for, finish, read
from jnst.presets import preset
from jnst.record import Inputs, record, restore
from jnst.settings import Settings
from jnst.version import __version__

QUALITY = {"draft": 0.3, "normal": 1.0, "best": 3.0}
"""What the numbers of steps are multiplied by."""

EXHAUSTED = ("RESOURCE_EXHAUSTED", "YNNPACK operation failed")
"""What XLA says, in errors of several kinds, where memory is not enough."""


def base(words: Sequence[str]) -> tuple[Settings, Inputs]:
    """Find the settings and pictures that the other options are based on.

    By `--preset`, or those of the picture that `--like` names.

    Raises:
        InputError: for an unknown name, or a picture without settings.

    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--preset", "--like", "--quality"):
        parser.add_argument(name, nargs="?")
    asked, _ = parser.parse_known_args(list(words))
    settings, inputs = Settings(), Inputs()
    if asked.like is not None:
        if asked.preset is not None:
            raise InputError("give --preset or --like, not both")
        found = files.read_settings(asked.like)
        if found is None:
            raise InputError(f"{asked.like} holds no settings of jnst to make it again")
        settings, inputs = restore(found)
    if asked.preset is not None:
        settings = preset(asked.preset)
    if asked.quality is not None:
        check_choice("quality", asked.quality, QUALITY)
    return settings, inputs


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


def status(trouble: InputError | KeyboardInterrupt | None) -> int:
    """Return the exit status of a run that has written what it could; print what went wrong."""
    if isinstance(trouble, InputError):
        return fail(trouble, 2)
    return interrupted(trouble) if trouble else 0


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


def explain(error: Exception) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, MemoryError) or any(sign in str(error) for sign in EXHAUSTED):
        return "out of memory; take a smaller --size"
    if os.environ.get("JNST_DEBUG"):
        traceback.print_exception(error)
    reason = " ".join(str(error).split())[:300]
    return (
        f"unexpected {type(error).__name__}: {reason} (a fault of jnst; JNST_DEBUG=1 shows where)"
    )


def fail(message: object, status: int) -> int:
    """Print one line to the error stream and return `status`."""
    print(f"jnst: {printable(message)}", file=sys.stderr)
    return status
