"""Many pictures: which content goes with which style into which file, and what is done already."""

import csv
import dataclasses
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.errors import InputError, check_choice
from jnst.pictures import files
from jnst.runs.record import Inputs, restore
from jnst.system.disk import guarded
from jnst.transfer.settings import Settings

COLUMNS = ("content", "style", "output")
"""Of a table of pairs; the last one may be left out, or its cells empty."""
TABLE = "batch.csv"
"""The table in the folder of results that says what became of each picture."""


class Job(NamedTuple):
    """A picture to paint."""

    content: Path
    style: Path
    output: Path

    @property
    def inputs(self) -> Inputs:
        """The pictures it is made of, as a run is given them."""
        return Inputs(content=self.content, styles=(self.style,))


def with_canvas(settings: Settings) -> Settings:
    """Return the settings with the canvas that a batch has by default: an eighth of the size."""
    if settings.canvas is not None:
        return settings
    return dataclasses.replace(settings, canvas=max(1, -(-settings.size // 8)))


def from_folder(folder: Path, styles: Path, out: Path) -> list[Job]:
    """Pair each picture in `folder` with each in `styles`, a folder too or a single picture.

    All pictures for one style, then all for the next, each in the order of their names. Raises
    `InputError` where there are none.
    """
    contents = pictures_in(folder)
    chosen = pictures_in(styles) if styles.is_dir() else [styles]
    return name_outputs([(content, style, None) for style in chosen for content in contents], out)


def pictures_in(folder: Path) -> list[Path]:
    """List what has the suffix of a picture, whatever is in it, by name; not hidden files.

    Not in folders inside. Raises `InputError` if there is none, or no folder.
    """
    found = [path for path in _visible(folder) if path.suffix.lower() in files.suffixes()]
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


def from_table(path: Path, out: Path) -> list[Job]:
    """Read pairs from a .csv with a heading, the columns `COLUMNS` in any order, UTF-8.

    Paths of pictures are relative to the table, of outputs to `out`. Raises `InputError` that names
    the line which cannot be used.
    """
    name = os.fspath(path)
    with guarded(f"cannot read {name!r}"):
        if not path.is_file():
            raise InputError("it is not a regular file")
        with open(path, encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, skipinitialspace=True, strict=True)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise InputError(f"{name} is empty; its first line is content,style,output")
    (line, heading), *rows = rows
    where = f"{name}, line"
    if len(heading) == 1 and any(mark in heading[0] for mark in ";\t"):
        raise InputError(f"{where} {line}: commas must stand between the columns")
    for column in heading:
        check_choice(f"column in {where} {line},", column, COLUMNS)
    for column in COLUMNS[:2]:
        if heading.count(column) != 1:
            raise InputError(f"{where} {line}: there must be one column {column}")
    if not rows:
        raise InputError(f"{name} has no pairs below its heading")
    found = []
    for line, row in rows:
        if len(row) != len(heading):
            raise InputError(f"{where} {line}: {len(row)} cells below {len(heading)} columns")
        cells = dict(zip(heading, row, strict=True))
        for column in COLUMNS[:2]:
            if not cells[column]:
                raise InputError(f"{where} {line}: no {column}")
        if any("\0" in cell for cell in row):
            raise InputError(f"{where} {line}: a null character, which no path has")
        output = cells.get("output") or None
        if output is not None:
            with guarded(f"{where} {line}: output {output!r}"):
                check_choice("suffix", Path(output).suffix.lower(), files.WRITERS)
                if Path(output).anchor or ".." in Path(output).parts:
                    raise InputError("it is relative to --out, and must not lead out of it")
        found.append((path.parent / cells["content"], path.parent / cells["style"], output))
    return name_outputs(found, out)


def name_outputs(pairs: Sequence[tuple[Path, Path, str | None]], out: Path) -> list[Job]:
    """Name the outputs that have no name: CONTENT-STYLE.png, the same on every run.

    Where that would be the name of several, as of `a.jpg` and `a.png`, all of these keep their
    suffixes: `a.jpg-style.png.png`. Names that differ in case alone count as the same, as they do
    on some disks. Raises `InputError` where two outputs are the same all the same, or an output is
    one of the pictures.
    """
    short = [f"{content.stem}-{style.stem}.png" for content, style, _ in pairs]
    taken = Counter(map(_key, short))
    jobs = []
    for (content, style, output), name in zip(pairs, short, strict=True):
        full = f"{content.name}-{style.name}.png"
        name = output or (name if taken[_key(name)] == 1 else full)
        jobs.append(Job(content, style, out / name))
    _check_apart(jobs)
    return jobs


def _check_apart(jobs: Sequence[Job]) -> None:
    """Refuse outputs that would replace each other, or a picture that something is made of."""
    seen: dict[str, Job] = {}
    for job in jobs:
        other = seen.setdefault(_key(os.path.realpath(job.output)), job)
        if other is not job:
            raise InputError(
                f"{job.output} would be made of {other.content} and {other.style}, and of "
                f"{job.content} and {job.style}; name outputs in a table of pairs"
            )
    for source in dict.fromkeys(path for job in jobs for path in (job.content, job.style)):
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
