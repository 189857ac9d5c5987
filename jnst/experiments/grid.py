"""Paint the cells of a grid into a folder: a contact sheet, loss curves, a table, each picture."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from jnst.display import plot
from jnst.display.sheet import contact_sheet
from jnst.display.terminal import over_all
from jnst.errors import InputError
from jnst.experiments.sweep import Cell, PaintedCell, run
from jnst.pictures import files
from jnst.runs.failures import fail
from jnst.runs.pictures import check_derived, open_pictures, tell_of_more
from jnst.runs.record import record
from jnst.runs.signals import interrupted
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.version import __version__

SHEET = "sheet.png"
"""All pictures, each above what it was painted with."""
CURVES = "curves.png"
"""Their losses, step by step."""
TABLE = "table.csv"
"""The settings each was painted with, how long that took, and its losses, with all digits."""


def paint_all(rows: Sequence[Sequence[Cell]], folder: Path, *, quiet: bool) -> int:
    """Paint rows of cells; after each cell the sheet, plot and table hold all there are so far.

    Returns the exit status: 130 after Ctrl-C, 143 after SIGTERM, which keep what has been painted.
    """
    if (folder / TABLE).exists():
        raise InputError(f"{folder} holds a grid already; choose another folder")
    cells = [cell for row in rows for cell in row]
    sources = list(dict.fromkeys(path for cell in cells for path in cell.inputs.paths()))
    names = [SHEET, CURVES, *(f"{number:03}.png" for number in range(1, len(cells) + 1))]
    check_derived([folder / name for name in names], sources)
    disk.make_folder(folder)
    files.check_writable(folder / SHEET)
    tell_of_more(sources, quiet=quiet)
    results: list[PaintedCell] = []
    told: set[str] = set()
    try:
        with over_all(len(cells), quiet=quiet) as show:
            for number, cell in enumerate(cells):
                show(cell.label, number, number)
                pictures = open_pictures(cell.inputs, cell.settings)
                for note in pictures.notes:
                    if not (quiet or note in told):
                        notice(note)
                    told.add(note)
                results.append(run(cell, pictures))
                _write(results, folder, [len(row) for row in rows])
    except KeyboardInterrupt as error:
        return fail(
            f"interrupted: {len(results)} of {len(cells)} cells are in {folder}", interrupted(error)
        )
    if not quiet:
        say(f"wrote {len(results)} pictures, {SHEET}, {CURVES} and {TABLE} into {folder}")
    return 0


def _write(results: Sequence[PaintedCell], folder: Path, lengths: Sequence[int]) -> None:
    newest, number = results[-1], len(results)
    files.write(
        folder / f"{number:03}.png",
        newest.picture,
        settings=record(newest.cell.settings, newest.cell.inputs),
        software=f"jnst {__version__}",
    )
    captioned = iter(
        ("\n".join([*r.cell.label.split(", "), f"{r.seconds:.0f} s"]), r.picture) for r in results
    )
    rows = [list(itertools.islice(captioned, length)) for length in lengths]
    files.write(folder / SHEET, contact_sheet([row for row in rows if row]))
    files.write(folder / CURVES, plot.courses({r.cell.label: r.course for r in results}))
    names = list(dict.fromkeys(name for r in results for name in r.cell.choices))
    parts = list(dict.fromkeys(name for r in results for name in r.parts))
    table = [["picture", *names, "evaluations", "seconds", "best total", *parts]]
    for i, r in enumerate(results, start=1):
        chosen = [r.cell.choices.get(name, "") for name in names]
        numbers = [f"{r.seconds:.3f}", repr(r.total), *(repr(r.parts.get(p, "")) for p in parts)]
        table.append([f"{i:03}.png", *chosen, str(len(r.course)), *numbers])
    disk.write_table(folder / TABLE, table)
