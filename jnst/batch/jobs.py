"""Many pictures: which content goes with which style into which file, and what is done already."""

import dataclasses
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import Inputs, restore
from jnst.system.disk import guarded
from jnst.transfer.onepass.sources import is_network, with_styles
from jnst.transfer.settings import Settings

TABLE = "batch.csv"
"""The table in the folder of results that says what became of each picture."""


Style = Path | tuple[int | str, ...]
"""A painting or a trained network, or styles by number or name, as in `Settings.style_number`."""


class Job(NamedTuple):
    """A picture to paint."""

    content: Path
    style: Style
    output: Path

    @property
    def inputs(self) -> Inputs:
        """The pictures it is made of, as a run is given them."""
        return Inputs(
            content=self.content, styles=(self.style,) if isinstance(self.style, Path) else ()
        )

    @property
    def style_name(self) -> str:
        """The style as a table has it."""
        return str(self.style) if isinstance(self.style, Path) else " ".join(map(str, self.style))

    def settings(self, settings: Settings) -> Settings:
        """Return the settings with the method and the numbers that go with this style.

        Raises `InputError` where another method was asked for than by default.
        """
        if isinstance(self.style, Path):
            return with_styles(settings, [self.style])
        if settings.method == "multistyle" and settings.style_number == self.style:
            return settings
        if settings.method != "pixels":
            raise InputError(
                "the style_number of a table is for method multistyle, and method "
                f"{settings.method} was asked for; leave out one of them"
            )
        return dataclasses.replace(settings, method="multistyle", style_number=self.style)


def with_canvas(settings: Settings) -> Settings:
    """Return the settings with the canvas that a batch has by default: an eighth of the size."""
    if settings.canvas is not None:
        return settings
    return dataclasses.replace(settings, canvas=max(1, -(-settings.size // 8)))


def from_folder(
    folder: Path, styles: Style, out: Path, *, numbers: Sequence[int | str] = ()
) -> list[Job]:
    """Pair each picture in `folder` with each in `styles`, a folder too or a single style.

    A folder of styles may hold trained networks as well; the `numbers`, of which of their styles,
    then are in the names of outputs.

    All pictures for one style, then all for the next, each in the order of their names. Raises
    `InputError` where there are none.
    """
    contents = pictures_in(folder)
    chosen: Sequence[Style] = [styles]
    if isinstance(styles, Path) and styles.is_dir():
        chosen = pictures_in(styles, networks=True)
    return name_outputs(
        [(content, style, None) for style in chosen for content in contents], out, numbers=numbers
    )


def pictures_in(folder: Path, *, networks: bool = False) -> list[Path]:
    """List what has the suffix of a picture, whatever is in it, by name; not hidden files.

    Trained networks, too, where that is asked for. Not in folders inside. Raises `InputError` if
    there is none, or no folder.
    """
    found = [
        path
        for path in _visible(folder)
        if path.suffix.lower() in files.suffixes() or (networks and is_network(path))
    ]
    if not found:
        raise InputError(
            f"there is no picture in {os.fspath(folder)!r}: no {', '.join(files.suffixes())}"
        )
    return found


def left_out(folder: Path, out: Path) -> list[str]:
    """List what is visible in a folder and `pictures_in` leaves out, folders with a slash.

    The folder for the results may be one of them, and is not listed.
    """
    found = []
    for path in _visible(folder):
        if path.is_dir() and path.resolve() != out.resolve():
            found.append(f"{path.name}/")
        elif path.is_file() and path.suffix.lower() not in files.suffixes():
            found.append(path.name)
    return found


def _visible(folder: Path) -> list[Path]:
    with guarded(f"cannot list {os.fspath(folder)!r}"):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def name_outputs(
    pairs: Sequence[tuple[Path, Style, str | None]],
    out: Path,
    *,
    numbers: Sequence[int | str] = (),
) -> list[Job]:
    """Name the outputs that have no name: CONTENT-STYLE.png, the same on every run.

    Of a network with styles of its own, their `numbers` follow.

    Where that would be the name of several, as of `a.jpg` and `a.png`, all of these keep their
    suffixes: `a.jpg-style.png.png`. Names that differ in case alone count as the same, as they do
    on some disks. Raises `InputError` where two outputs are the same all the same, or an output is
    one of the pictures.
    """
    short = [f"{content.stem}-{_named(style, numbers)}.png" for content, style, _ in pairs]
    taken = Counter(map(_key, short))
    jobs = []
    for (content, style, output), name in zip(pairs, short, strict=True):
        full = f"{content.name}-{_named(style, numbers, whole=True)}.png"
        name = output or (name if taken[_key(name)] == 1 else full)
        jobs.append(Job(content, style, out / name))
    _check_apart(jobs)
    return jobs


def _named(style: Style, numbers: Sequence[int | str], *, whole: bool = False) -> str:
    """Return what a style is called in a name; `whole` with its suffix."""
    if not isinstance(style, Path):
        return "-".join(map(str, style))
    name = style.name if whole else style.stem
    return "-".join([name, *map(str, numbers)]) if is_network(style) else name


def _check_apart(jobs: Sequence[Job]) -> None:
    """Refuse outputs that would replace each other, or a picture that something is made of."""
    seen: dict[str, Job] = {}
    for job in jobs:
        other = seen.setdefault(_key(os.path.realpath(job.output)), job)
        if other is not job:
            raise InputError(
                f"{job.output} would be made of {other.content} and {other.style_name}, "
                f"and of {job.content} and {job.style_name}; name outputs in a table of pairs"
            )
    for source in dict.fromkeys(path for job in jobs for path in job.inputs.paths()):
        if _key(os.path.realpath(source)) in seen:
            raise InputError(f"{source} is one of the outputs too; choose another folder for them")


def _key(name: str) -> str:
    """Return what two names have in common if some disk takes them for the same."""
    return unicodedata.normalize("NFC", name).casefold()


def outdated(job: Job, settings: Settings, *, depth: int = 8) -> str | None:
    """Say why a job has to be done although its output is there; None if it is finished.

    It is finished if the output reads as a picture of that depth, was made by these settings of
    these pictures, by its metadata, and neither of them has changed since.

    Raises:
        InputError: if the output is nothing that jnst has made, which is never replaced.

    """
    if job.output.is_file() and not job.output.stat().st_size:
        return "it was empty"
    try:
        found = files.read_settings(job.output)
        files.read(job.output)
    except InputError as error:  # jnst leaves none such: its files are whole or not there
        raise InputError(f"{error}; it is not replaced") from None
    if found is None:
        raise InputError(f"{job.output} is there and not of jnst; it is not replaced")
    try:
        before, inputs = restore(found)
    except InputError as error:
        return str(error)
    for field in dataclasses.fields(Settings):
        old, new = (getattr(one, field.name) for one in (before, settings))
        if old != new:
            return f"{field.name} was {_plain(old)}, is {_plain(new)}"
    if (bits := files.depth(job.output)) != depth:
        return f"depth was {bits}, is {depth}"
    if _absolute(inputs) != _absolute(job.inputs):
        return "it was made of other pictures"
    for source in job.inputs.paths():
        if source.exists() and source.stat().st_mtime_ns > job.output.stat().st_mtime_ns:
            return f"{source} is newer"
    return None


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _absolute(inputs: Inputs) -> Iterable[str]:
    return [os.path.abspath(path) for path in inputs.paths()]
