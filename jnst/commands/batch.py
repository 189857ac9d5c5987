"""`jnst stylize --batch`: many pictures one after the other, whatever becomes of each."""

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from jnst.batch.folders import left_out
from jnst.batch.jobs import TABLE, Job, from_folder, with_canvas
from jnst.batch.local import paint_jobs
from jnst.batch.outcomes import (
    Outcome,
    OutcomeTable,
    as_table,
    counts,
    read_table,
    report,
    summarize,
)
from jnst.batch.styles import Style, styles_of
from jnst.batch.tables import from_table
from jnst.commands.asjson import tell
from jnst.commands.options.output import Batch
from jnst.display.terminal import over_all
from jnst.errors import InputError, counted
from jnst.pictures import files
from jnst.runs.failures import fail
from jnst.runs.signals import interrupted, uninterrupted
from jnst.system import disk
from jnst.system.streams import OutputError, notice
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.onepass.network import check_trained, describe
from jnst.transfer.onepass.sources import is_network, network_and_paintings
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings
from jnst.xla import keep_compiled_programs


def run(
    batch: Batch,
    settings: Settings,
    *,
    quality: str,
    preset: str | None,
    depth: int,
    json: bool,
    quiet: bool,
    cache: bool,
) -> int:
    """Paint all that is not finished, and return the exit status: 1 if any failed.

    130 after Ctrl-C, 143 after SIGTERM, which keep the pictures that were finished. Each is painted
    with `settings`, by the method that its style wants, and then `quality`; `preset` is the name of
    the one that the settings began with. With `json`, what became of each is printed as that, and
    in the end how many of them, how many are left to do, and what else is in the folder.

    Raises:
        InputError: where nothing can be painted, or a table of pairs is wrong; before any picture.

    """
    settings = with_canvas(settings)
    if settings.blend and settings.method not in WITHOUT_PAINTING:
        raise InputError("blend is for several styles in one picture; leave it out")

    def settings_of(job: Job) -> Settings:
        return with_quality(job.settings(settings), quality, preset=preset)

    jobs, folder, before = _jobs(batch, settings, settings_of)
    if cache:
        keep_compiled_programs()
    others = left_out(batch.batch, folder) if batch.batch and batch.batch.is_dir() else []
    if not quiet:
        _tell_of(others)
    outcomes: list[Outcome] = []
    table = OutcomeTable(folder, before)
    status, started, trouble, stopped = 0, time.monotonic(), "", False

    def note(write: Callable[[], None]) -> None:
        nonlocal trouble
        try:
            write()
        except InputError as error:  # the pictures are what counts; it is said once
            if not trouble:
                fail(error, 1)
            trouble = str(error)

    try:
        with over_all(len(jobs), quiet=quiet) as show:
            for outcome in paint_jobs(jobs, settings_of, depth, show):
                outcomes.append(outcome)
                report(outcome, len(outcomes), len(jobs), quiet=quiet)
                note(functools.partial(table.add, outcome))
                if json:
                    tell(as_table(outcome))
        status = 1 if any(outcome.status == "failed" for outcome in outcomes) else 0
    except KeyboardInterrupt as error:
        stopped = True
        status = fail(f"interrupted: {_left(len(jobs) - len(outcomes))}", interrupted(error))
    except OutputError as error:
        stopped = True
        status = fail(f"{error}: {_left(len(jobs) - len(outcomes))}", 1)
    with uninterrupted():
        note(table.finish)
        if json:
            tell(
                {
                    **counts(outcomes),
                    "interrupted": stopped,
                    "left": len(jobs) - len(outcomes),
                    "left_out": others,
                    "seconds": time.monotonic() - started,
                    "table": folder / TABLE,
                }
            )
        elif not quiet:
            summarize(outcomes, folder, time.monotonic() - started)
    return status or (1 if trouble else 0)


def _tell_of(others: Sequence[str]) -> None:
    """Say what else is in a folder, and what to do about raw photographs."""
    raw = [name for name in others if files.is_raw(name)]
    rest = [name for name in others if name not in raw]
    if rest:
        notice(f"left out, no pictures: {', '.join(rest)}")
    if raw:
        notice(
            f"left out, raw photographs: {', '.join(raw)}; export them as JPEG, PNG or TIFF first"
        )


def _left(left: int) -> str:
    return f"{counted(left, 'picture')} {'is' if left == 1 else 'are'} left to do"


def _jobs(
    batch: Batch, settings: Settings, settings_of: Callable[[Job], Settings]
) -> tuple[list[Job], Path, dict[str, list[str]]]:
    """Find the pairs, make the folder for what comes of them, and read the table in it.

    Raises `InputError`, also for settings that one of them cannot be painted with.
    """
    given, out = batch.batch, batch.out
    assert given is not None  # the options were checked
    assert out is not None
    if given.is_dir():
        jobs = from_folder(given, _styles(batch.given, settings), out)
    else:
        jobs = from_table(given, out)
    for folder in (given, *batch.given):
        if out.is_dir() and folder.is_dir() and out.samefile(folder):
            raise InputError(f"the pictures to paint are in {out}; choose another --out")
    table = out / TABLE
    if table.exists() and table.samefile(given):
        raise InputError(f"{table} would be replaced; choose another --out")
    before = read_table(table)
    for job in {job.style: job for job in jobs}.values():
        _check_style(job.style, settings_of(job))
    disk.make_folder(out)
    disk.check_writable(table, [".csv"])
    return jobs, out, before


def _styles(given: Sequence[Path], settings: Settings) -> list[Style]:
    """Return the styles, each of them for every picture of a folder."""
    if settings.method == "multistyle":
        if given:
            raise InputError("method multistyle has styles of its own; leave out --styles")
        return [Style((), settings.style_number)]
    for path in given:
        if not (path.is_dir() or is_network(path)):
            files.read(path)  # else all would fail, one by one
    styles = styles_of(given, numbers=settings.style_number)
    networks = [path for style in styles for path in style.paths if is_network(path)]
    alone = [style.paths[0] for style in styles if not any(map(is_network, style.paths))]
    if settings.method == "trained" and networks and alone:
        raise InputError(
            f"{alone[0]} is a painting, and {networks[0]} has a style of its own; leave out one of "
            "them"
        )
    return styles


def _check_style(style: Style, settings: Settings) -> None:
    """Raise an `InputError` where no picture can be painted so: all would fail, one by one.

    A network that cannot be read costs no more than its own pictures.
    """
    network, paintings = network_and_paintings(style.paths, settings)
    if settings.blend and paintings:
        raise InputError("blend is for several styles in one picture; leave it out")
    if network is not None and (loaded := describe(network)) is not None:
        try:
            check_trained(loaded, settings, paintings=bool(paintings))
        except InputError as error:
            named = "" if str(network) in str(error) else f"{network}: "
            raise InputError(f"{named}{error}") from None
