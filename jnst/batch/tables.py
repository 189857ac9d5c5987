"""A table of pairs: which content goes with which style, as its rows say."""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jnst.batch.jobs import Job, name_outputs
from jnst.batch.styles import Style
from jnst.errors import InputError, check_choice, counted
from jnst.pictures import files
from jnst.system.disk import guarded
from jnst.transfer.onepass.sources import SUFFIXES, is_network

STYLE = ("style", "network", "style_number")
"""The columns for the style, of which a table of pairs has one or more, and each row what it needs:
a painting or a trained network; a network beside a painting; the numbers or names of styles, of a
network or of `multistyle`."""
COLUMNS = ("content", *STYLE, "output")
"""All of them; there may be no output, or none in some rows."""
MOST_NAMED = 10
"""So many wrong lines are named at once."""


def from_table(path: Path, out: Path) -> list[Job]:
    """Read pairs from a .csv with a heading, the columns `COLUMNS` in any order, UTF-8.

    Paths of pictures are relative to the table, of outputs to `out`; a network that is not there by
    its bare name is one of the weights. Raises `InputError` that names the lines which cannot be
    used.
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
    for column in COLUMNS:
        if heading.count(column) > 1 or (column == "content" and column not in heading):
            raise InputError(f"{where} {line}: there must be one column {column}")
    if not set(heading) & set(STYLE):
        raise InputError(f"{where} {line}: there must be a column {', '.join(STYLE)}")
    if not rows:
        raise InputError(f"{name} has no pairs below its heading")
    found, wrong = [], []
    for line, row in rows:
        try:
            found.append(_pair(heading, row, path.parent))
        except InputError as error:
            wrong.append(f"line {line}: {error}")
    if wrong:
        more = f"; and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
        raise InputError(f"{name}, {'; '.join(wrong[:MOST_NAMED])}{more}")
    return name_outputs(found, out, table=name, lines=[line for line, _ in rows])


def _pair(
    heading: Sequence[str], row: Sequence[str], folder: Path
) -> tuple[Path, Style, str | None]:
    """Read a row: content, style, and output if there is one; raise `InputError` if it is wrong."""
    if len(row) != len(heading):
        raise InputError(
            f"{counted(len(row), 'cell')}, but the heading has {counted(len(heading), 'column')}"
        )
    cells = dict(zip(heading, row, strict=True))
    if not cells["content"]:
        raise InputError("no content")
    if any("\0" in cell for cell in row):
        raise InputError("a null character, which no path has")
    output = cells.get("output") or None
    if output is not None:
        with guarded(f"output {output!r}"):
            check_choice("suffix", Path(output).suffix.lower(), files.WRITERS)
            if Path(output).anchor or ".." in Path(output).parts:
                raise InputError("it is relative to --out, and must not lead out of it")
    return folder / cells["content"], _style(cells, folder), output


def _style(cells: Mapping[str, str], folder: Path) -> Style:
    """Read the columns for the style."""
    style, network, numbers = (cells.get(column, "") for column in STYLE)
    if not (style or network or numbers):
        raise InputError(f"no {' or '.join(column for column in STYLE if column in cells)}")
    if network and not is_network(network):
        raise InputError(f"network {network!r} is no file ending in {', '.join(SUFFIXES)}")
    if network and is_network(style):
        raise InputError("style and network are two trained networks; leave out one")
    if numbers and style and not (network or is_network(style)):
        raise InputError(f"style_number is of networks, and {style!r} is a painting")
    words = [int(word) if re.fullmatch("[0-9]{1,9}", word) else word for word in numbers.split()]
    if not (style or network) and any(isinstance(word, str) for word in words):
        raise InputError(f"style_number must be numbers with spaces between, not {numbers!r}")
    return Style(tuple(_place(one, folder) for one in (style, network) if one), tuple(words))


def _place(name: str, folder: Path) -> Path:
    """Return the path of a painting or network; of one among the weights, its bare name."""
    path = folder / name
    bare = is_network(name) and len(Path(name).parts) == 1
    return Path(name) if bare and not os.path.lexists(path) else path
