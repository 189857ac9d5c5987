"""Names of painted films, and what must not be written over."""

import glob
from collections.abc import Sequence
from pathlib import Path

from jnst.errors import InputError
from jnst.pictures import animation
from jnst.runs.pictures import check_derived
from jnst.runs.sources import check_no_source
from jnst.system import disk
from jnst.video.frames import Chosen
from jnst.video.run import Given
from jnst.video.store import read

FRAMES = ".frames"
"""What is added to the name of a film for the folder of its frames."""


def named_after(
    clip: Path, styles: Sequence[Path], numbers: Sequence[int | str], *, resume: bool
) -> Path:
    """Name a film after what it is made of; or find the one by that name which is to be resumed.

    Raises `InputError` where several such were begun.
    """
    name = clip.resolve().name if clip.is_dir() else clip.stem.replace("%", "")
    parts = [name, *(one.stem for one in styles), *map(str, numbers)]
    output = Path(f"{'-'.join(parts)}.mp4")
    if resume:
        folders = Path().glob(f"{glob.escape(output.stem)}*{output.suffix}{FRAMES}")
        begun = [one.name.removesuffix(FRAMES) for one in sorted(folders) if read(one) is not None]
        if len(begun) > 1:
            raise InputError(
                f"several films were begun: {', '.join(begun)}; say by --output which to go on with"
            )
        if begun:
            return Path(begun[0])
    return disk.unused(output)


def check_outputs(output: Path, given: Given, frames: Chosen) -> None:
    """Raise an `InputError` where a file of the user's would be written over."""
    sources = [*given.paths(), *getattr(frames.clip, "paths", ())]
    if animation.numbered(output, 0) is None:
        check_no_source([output], sources)
        return
    numbers = range(1, len(frames.times) + 1)
    outputs = [path for i in numbers if (path := animation.numbered(output, i)) is not None]
    check_derived(outputs, sources)
    after = animation.numbered(output, len(outputs) + 1)
    if after is not None and after.exists():
        raise InputError(f"{after} is there, of a longer film; choose another name")
