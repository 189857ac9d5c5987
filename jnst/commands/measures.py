"""Measures of several results, as a table on the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import rich.box
import rich.table

from jnst.display.terminal import cell, table_console
from jnst.system import disk


class Row(NamedTuple):
    """One measure of all results; `better` says which values are nearer: `lower` or `higher`."""

    measure: str
    better: str
    values: list[float]


def as_table(names: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    """Return measures as JSON has them: the results' names, and their values by measure."""
    return {"results": names, "measures": [row._asdict() for row in rows]}


def write_csv(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write measures as a table, all digits."""
    table = [[row.measure, row.better, *row.values] for row in rows]
    disk.write_table(path, [["measure", "better", *names], *table])


def show(names: Sequence[str], rows: Sequence[Row]) -> None:
    """Print a table, in several parts where the terminal is too narrow for all results."""
    console = table_console()
    label = max(len(row.measure) for row in rows)
    width = max(10, min(24, *[max(len(name) for name in names)] * 2))
    fit = max(1, (console.width - label - len("better") - 6) // (width + 3))
    for start in range(0, len(names), fit):
        table = rich.table.Table(box=rich.box.SIMPLE)
        table.add_column("measure", no_wrap=True)
        table.add_column("better", no_wrap=True)
        for name in names[start : start + fit]:
            table.add_column(cell(name), justify="right", overflow="fold", max_width=width)
        for row in rows:
            values = [f"{value:.4g}" for value in row.values[start : start + fit]]
            table.add_row(row.measure, row.better, *values)
        console.print(table)
