"""Many pictures: which content goes with which style into which file, and what is done already."""

import dataclasses
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.batch.folders import pictures_in
from jnst.batch.styles import Style
from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import Inputs, restore
from jnst.transfer.onepass.checks import called
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.settings import Settings

TABLE = "batch.csv"
"""The table in the folder of results that says what became of each picture."""


class Job(NamedTuple):
    """A picture to paint."""

    content: Path
    style: Style
    output: Path

    @property
    def inputs(self) -> Inputs:
        """The pictures it is made of, as a run is given them."""
        return Inputs(content=self.content, styles=self.style.paths)

    @property
    def style_name(self) -> str:
        """The style as a table has it."""
        return " ".join(map(str, [*self.style.paths, *self.style.numbers]))

    def settings(self, settings: Settings) -> Settings:
        """Return the settings with the method and the numbers that go with this style.

        Raises `InputError` where another method, or other numbers, were asked for than by default.
        """
        paths, numbers = self.style
        if numbers and settings.style_number not in ((), numbers):
            asked, own = (" ".join(map(str, some)) for some in (settings.style_number, numbers))
            raise InputError(
                f"style_number is {own} in the table, and {asked} was asked for; leave out one of "
                "them"
            )
        if paths:
            settings = with_styles(settings, paths)
            return dataclasses.replace(settings, style_number=numbers or settings.style_number)
        if settings.method not in ("pixels", "multistyle"):
            raise InputError(
                "without a network, the style_number of a table is for method multistyle, and "
                f"{called(settings)} was asked for; leave out one of them"
            )
        return dataclasses.replace(settings, method="multistyle", style_number=numbers)


def with_canvas(settings: Settings) -> Settings:
    """Return the settings with the canvas that a batch has by default: an eighth of the size."""
    if settings.canvas is not None:
        return settings
    return dataclasses.replace(settings, canvas=max(1, -(-settings.size // 8)))


def from_folder(folder: Path, styles: Sequence[Style], out: Path) -> list[Job]:
    """Pair each picture in a folder with each style.

    All pictures for one style, in the order of their names, then all for the next. Raises
    `InputError` where there are none.
    """
    contents = pictures_in(folder)
    return name_outputs([(content, style, None) for style in styles for content in contents], out)


def name_outputs(
    pairs: Sequence[tuple[Path, Style, str | None]],
    out: Path,
    *,
    table: str = "",
    lines: Sequence[int] = (),
) -> list[Job]:
    """Name the outputs that have no name: CONTENT-STYLE.png, the same on every run.

    As for a single picture, STYLE are all of its files and numbers, with hyphens between.

    Where that would be the name of several, as of `a.jpg` and `a.png`, all of these keep their
    suffixes: `a.jpg-style.png.png`. Names that differ in case alone count as the same, as they do
    on some disks. Raises `InputError` where two outputs are the same all the same, or an output is
    one of the pictures; of pairs that are the `lines` of a `table`, it names the lines.
    """
    short = [f"{content.stem}-{_named(style)}.png" for content, style, _ in pairs]
    taken = Counter(map(_key, short))
    jobs = []
    for (content, style, output), name in zip(pairs, short, strict=True):
        full = f"{content.name}-{_named(style, whole=True)}.png"
        name = output or (name if taken[_key(name)] == 1 else full)
        jobs.append(Job(content, style, out / name))
    _check_apart(jobs, table=table, lines=lines)
    return jobs


def _named(style: Style, *, whole: bool = False) -> str:
    """Return what a style is called in a name; `whole` with suffixes."""
    names = [path.name if whole else path.stem for path in style.paths]
    return "-".join([*names, *map(str, style.numbers)])


def _check_apart(jobs: Sequence[Job], *, table: str, lines: Sequence[int]) -> None:
    """Refuse outputs that would replace each other, or a picture that something is made of."""
    seen: dict[str, int] = {}
    for number, job in enumerate(jobs):
        before = seen.setdefault(_key(os.path.realpath(job.output)), number)
        other = jobs[before]
        if before != number and lines:
            raise InputError(
                f"{table}, lines {lines[before]} and {lines[number]}: both would be "
                f"{other.output}; give each line an output of its own"
            )
        if before != number:
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
        raise InputError(f"{job.output} exists and was not made by jnst, so it is left alone")
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
