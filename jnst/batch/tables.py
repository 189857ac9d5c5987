"""A table of pairs: which content goes with which style, as its rows say."""

import csv
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from jnst.batch.jobs import Job, Style, name_outputs
from jnst.errors import InputError, check_choice
from jnst.pictures import files
from jnst.system.disk import guarded

COLUMNS = ("content", "style", "style_number", "output")
"""Of a table of pairs, which has one of the two for the style; there may be no output, or none in
some rows."""


MOST_NAMED = 10
"""So many wrong lines are named at once."""


def from_table(path: Path, out: Path) -> list[Job]:
    """Read pairs from a .csv with a heading, the columns `COLUMNS` in any order, UTF-8.

    Paths of pictures are relative to the table, of outputs to `out`. Raises `InputError` that names
    the lines which cannot be used.
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
    style = "style_number" if "style_number" in heading else "style"
    needed = ("content", style)
    for column in needed:
        if heading.count(column) != 1:
            raise InputError(f"{where} {line}: there must be one column {column}")
    if style != "style" and "style" in heading:
        raise InputError(f"{where} {line}: there must be style or style_number, not both")
    if not rows:
        raise InputError(f"{name} has no pairs below its heading")
    found, wrong = [], []
    for line, row in rows:
        try:
            found.append(_pair(heading, row, path.parent, needed))
        except InputError as error:
            wrong.append(f"line {line}: {error}")
    if wrong:
        more = f"; and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
        raise InputError(f"{name}, {'; '.join(wrong[:MOST_NAMED])}{more}")
    return name_outputs(found, out)


def _pair(
    heading: Sequence[str], row: Sequence[str], folder: Path, needed: Iterable[str]
) -> tuple[Path, Style, str | None]:
    """Read a row: content, style, and output if there is one; raise `InputError` if it is wrong."""
    if len(row) != len(heading):
        raise InputError(f"{len(row)} cells below {len(heading)} columns")
    cells = dict(zip(heading, row, strict=True))
    for column in needed:
        if not cells[column]:
            raise InputError(f"no {column}")
    if any("\0" in cell for cell in row):
        raise InputError("a null character, which no path has")
    output = cells.get("output") or None
    if output is not None:
        with guarded(f"output {output!r}"):
            check_choice("suffix", Path(output).suffix.lower(), files.WRITERS)
            if Path(output).anchor or ".." in Path(output).parts:
                raise InputError("it is relative to --out, and must not lead out of it")
    if "style" in cells:
        return folder / cells["content"], folder / cells["style"], output
    numbers = _numbers(cells["style_number"])
    if not numbers:
        raise InputError(
            f"style_number must be numbers with spaces between, not {cells['style_number']!r}"
        )
    return folder / cells["content"], numbers, output


def _numbers(cell: str) -> tuple[int, ...]:
    """Read numbers with spaces between; none where it is something else."""
    words = cell.split()
    return tuple(map(int, words)) if all(re.fullmatch("[0-9]{1,9}", word) for word in words) else ()
