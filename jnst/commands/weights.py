"""`jnst weights`: the networks' weights, listed, fetched, converted and measured."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import rich.box
import rich.console
import rich.progress
import rich.table

from jnst.commands.options.weights import Convert, Export, Get, Listing, Measure, Options
from jnst.errors import InputError
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


def run(options: Options) -> int:
    """Do what is asked, and return the exit status."""
    match options.order:
        case Listing():
            say(*_list())
        case Get(name):
            return _get(name)
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


def _list() -> Iterator[str]:
    """Yield what is known of each network in whole lines, which can be copied.

    Where its weights are, or the command that fetches them; then the addresses of what is
    published.
    """
    feature = {
        name: (source.publisher, [store.find(name)], [source.address], "")
        for name, source in SOURCES.items()
    }
    others = {
        name: (one.publisher, _there(one.makes), [file.address for file in one.files], one.where)
        for name, one in {**ONE_PASS, **FLOW}.items()
    }
    for name, (publisher, files, addresses, where) in {**feature, **others}.items():
        there = [path for path in files if path is not None]
        fetch = [f"jnst weights get {name}" if addresses else "jnst weights convert SOURCE"]
        yield f"{name}, published by {publisher}"
        yield from (f"  {one}" for one in [*(there or fetch), *(addresses or [where])])


def _there(files: Sequence[str]) -> list[Path]:
    return [path for file in files if (path := store.find_file(file))]


def _convert(order: Convert) -> list[Path]:
    source, backbone, output = order.source, order.backbone, order.output
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
