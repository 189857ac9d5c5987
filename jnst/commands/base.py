"""What commands share: the settings that others are based on, compiled programs, clear ends."""

import argparse
import contextlib
import dataclasses
import signal
import sys
from collections.abc import Iterator, Sequence

import jax
import platformdirs

from jnst import files, samples
from jnst.arrays import InputError, check_choice
from jnst.checks import check
from jnst.pictures import Pictures, read
from jnst.presets import preset
from jnst.record import Inputs, restore
from jnst.settings import Settings

QUALITY = {"draft": 0.3, "normal": 1.0, "best": 3.0}
"""What the numbers of steps are multiplied by."""


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


def keep_compiled_programs() -> None:
    """Let JAX keep what it compiles: the second run at a size starts at once."""
    folder = platformdirs.user_cache_path("jnst", appauthor=False) / "xla"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no second Ctrl-C keep the picture from being written."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no Ctrl-C arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def fail(message: object, status: int) -> int:
    """Print one line to the error stream and return `status`."""
    print(f"jnst: {message}", file=sys.stderr)
    return status
