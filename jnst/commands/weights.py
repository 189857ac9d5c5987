"""`jnst weights`: which networks' weights are there, and where the others can be had."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import rich.box
import rich.console
import rich.progress
import rich.table
import rich.text
import tyro

from jnst.errors import InputError, check_choice
from jnst.runs.failures import fail
from jnst.runs.signals import interrupted
from jnst.weights import store
from jnst.weights.convert import check_folder, convert
from jnst.weights.fetch import fetch, how_by_hand
from jnst.weights.published import SOURCES, Published

WIDE = 1000
"""Columns for what is no terminal, so that no address is broken."""


@dataclass(frozen=True)
class Options:
    """List the networks whose weights are there; 'weights get NAME' fetches and converts others."""

    words: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="get NAME")] = ()
    """Fetch the weights of network NAME from where they are published, and convert them."""


def run(options: Options) -> int:
    """List all weights, or fetch those of one network; return the exit status."""
    match options.words:
        case ():
            _list()
            return 0
        case ("get", name):
            return _get(check_choice("network", name, SOURCES))
        case _:
            raise InputError("say 'jnst weights', or 'jnst weights get NAME'")


def _list() -> None:
    table = rich.table.Table(box=rich.box.SIMPLE)
    for column in ("network", "weights", "published by", "address"):
        table.add_column(column, overflow="fold")
    for name, source in SOURCES.items():
        there = rich.text.Text(str(store.find(name) or "-"))
        table.add_row(name, there, source.publisher, source.address)
    console = rich.console.Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def _get(name: str) -> int:
    if path := store.find(name):
        print(f"the weights of {name} are there already: {path}")
        return 0
    source, folder = SOURCES[name], store.folders()[0]
    check_folder(folder)
    given = (folder / source.file).exists()
    try:
        path = _fetch(source, folder)
    except KeyboardInterrupt as error:
        return fail(
            "interrupted: what was fetched is kept, and goes on from there next time",
            interrupted(error),
        )
    except InputError as error:
        put = folder / source.file
        raise InputError(
            f"{error}; or put {how_by_hand(source)} into {folder} and run: "
            f"python -m jnst.weights.convert {shlex.quote(str(put))} --backbone {name}"
        ) from None
    try:
        print(f"wrote {convert(path, backbone=name)}")
    finally:
        if not given:
            path.unlink()  # were it no weights, it would be in the way of the next attempt
    return 0


def _fetch(source: Published, folder: Path) -> Path:
    """Fetch a file, with a bar on the terminal."""
    console = rich.console.Console(stderr=True, highlight=False)
    bar = rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(bar_width=20),
        rich.progress.DownloadColumn(),
        rich.progress.TransferSpeedColumn(),
        transient=True,
        console=console,
        disable=not console.is_terminal,
    )
    if not source.hash:
        print(f"jnst: no hash of {source.file} is published to check it by", file=sys.stderr)
    with bar:
        task = bar.add_task(source.file, total=None)
        return fetch(
            source, folder, lambda there, whole: bar.update(task, completed=there, total=whole)
        )
