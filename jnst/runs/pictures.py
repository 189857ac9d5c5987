"""The pictures of a run: read from its files, and written with what they were made of."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jnst.arrays import Image
from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.runs.record import INTERRUPTED, Inputs, record
from jnst.runs.sources import check_no_source
from jnst.system.streams import notice
from jnst.transfer.extents import extents
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.onepass.sources import is_network
from jnst.transfer.pictures import Pictures, alpha_for, read
from jnst.transfer.settings import Settings
from jnst.version import __version__


def open_pictures(inputs: Inputs, settings: Settings) -> Pictures:
    """Read the pictures of a run; the sample pair stands in for a missing content or style."""
    wanted = settings.method not in WITHOUT_PAINTING
    return read(
        samples.content() if inputs.content is None else inputs.content,
        inputs.styles or (samples.STYLE if wanted else ()),
        settings,
        masks=inputs.masks,
        style_masks=inputs.style_masks,
        labels=inputs.labels,
        style_labels=inputs.style_labels,
        start=inputs.start,
    )


def tell_of_more(paths: Iterable[Path], *, quiet: bool) -> None:
    """Say on the error stream which files hold more pictures than the first, which is taken."""
    for path in () if quiet else dict.fromkeys(paths):
        if not is_network(path) and files.is_animated(path):
            notice(f"{path} holds several pictures; the first is taken")


def why_no_larger(
    name: object, size: tuple[int, ...], asked: int, *, upscale: bool
) -> Iterator[str]:
    """Say why a result has not the size that was asked for, where its picture is smaller.

    `size` is the picture's height and width.
    """
    height, width = size
    if max(size) < asked and not upscale:
        yield (
            f"{name} is {width} x {height} pixels, and the result is no larger; --upscale enlarges "
            f"it to {asked}"
        )


def check_derived(outputs: Iterable[Path], sources: Iterable[Path]) -> None:
    """Raise an `InputError` if a file that nobody named cannot be written without loss.

    Such are numbered pictures, plots, and the pictures in a folder: names that follow from another.
    What jnst made in an earlier run is replaced; what it reads, or another program made, is not.
    """
    outputs = list(outputs)
    check_no_source(outputs, sources)
    for path in outputs:
        if os.path.lexists(path) and not files.is_ours(path):
            raise InputError(
                f"{path} is there, and jnst did not make it; choose another name for the output"
            )


def save(
    path: Path,
    result: Image,
    pictures: Pictures,
    settings: Settings,
    inputs: Inputs,
    *,
    depth: int = 8,
    interrupted: int | None = None,
) -> None:
    """Write the result of a plan, with the content's transparency and what it was made of.

    `interrupted` is after how many steps the run was, if so.

    Raises:
        InputError: for what the disk refuses. Where it is the format that does, a PNG is written
            beside it, which the message names.

    """
    options = metadata(settings, inputs)
    if interrupted is not None:
        options["settings"][INTERRUPTED] = interrupted
    options |= {"alpha": alpha_for(pictures, result), "depth": depth}
    files.write_or_png(path, result, **options)


def check_holds(path: Path, pictures: Pictures, settings: Settings, inputs: Inputs) -> None:
    """Raise an `InputError` if the file's format cannot hold the result of a run."""
    result, _ = extents(pictures.original.shape[1:3], settings)
    files.check_holds(path, result, **metadata(settings, inputs))


def metadata(settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Return what `files.write` puts into the metadata: what a picture was made of, and by whom."""
    return {"settings": record(settings, inputs), "software": f"jnst {__version__}"}
