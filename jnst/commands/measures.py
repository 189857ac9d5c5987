"""Measures of several results, as a table on the terminal."""

from collections.abc import Sequence
from typing import NamedTuple

import rich.box
import rich.table

from jnst.display.terminal import cell, table_console


class Row(NamedTuple):
    """One measure of all results; `better` says which values are nearer: `lower` or `higher`."""

    measure: str
    better: str
    values: list[float]


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
