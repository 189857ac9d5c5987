"""`jnst stylize --batch`: many pictures one after the other, whatever becomes of each."""

import functools
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import jax
import tyro

from jnst import disk, files
from jnst.arrays import InputError
from jnst.batch import TABLE, Job, canvas, from_folder, from_table, left_out, outdated
from jnst.commands.base import (
    explain,
    fail,
    keep_compiled_programs,
    open_pictures,
    save,
)
from jnst.commands.outcomes import Outcome, read_table, summarise, tell, write_table
from jnst.commands.signals import interrupted, uninterrupted
from jnst.problem import Kit, load
from jnst.settings import Settings
from jnst.stages import costs, plan
from jnst.terminal import over_all
from jnst.transfer import paint

FOR_ONE = ("like", "inputs", "output", "save_every", "plot", "keep")
"""Options of `jnst stylize` that go with a single picture only."""
MOST_COMPILED = 64
"""How many shapes and sizes programs are kept for. Linux gives a process 65 530 mappings, then XLA
aborts it; on the CPU each of these takes about 650."""


@dataclass(frozen=True)
class Batch:
    """The pictures of a batch."""

    batch: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER|TABLE")] = None
    """Paint every picture of a folder, or every pair of a .csv: content,style and maybe output."""
    styles: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER|PICTURE")] = None
    """With a folder to --batch: the painting, or a folder of several, each for every picture."""
    out: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """With --batch: where the pictures go, and batch.csv, which says what became of each."""


def check_none_for_one(options: Any, default: Any) -> None:
    """Raise an `InputError` if any of `FOR_ONE` is not as by default."""
    given, usual = ({**vars(some), **vars(some.result)} for some in (options, default))
    for name in FOR_ONE:
        if given[name] != usual[name]:
            others = {"inputs": "pictures by name", "keep": "--checkpoint"}
            what = others.get(name, f"--{name.replace('_', '-')}")
            raise InputError(f"{what} and --batch do not go together; leave out one of them")


def run(batch: Batch, settings: Settings, *, depth: int, quiet: bool, cache: bool) -> int:
    """Paint all that is not finished, and return the exit status: 1 if any failed.

    130 after Ctrl-C, 143 after SIGTERM, which keep the pictures that were finished.

    Raises:
        InputError: where nothing can be painted, or a table of pairs is wrong; before any picture.

    """
    settings = canvas(settings)
    if settings.blend:
        raise InputError("blend is for several styles in one picture; leave it out")
    jobs, folder, before = _jobs(batch)
    if cache:
        keep_compiled_programs()
    if batch.batch is not None and batch.batch.is_dir() and not quiet:
        others = left_out(batch.batch)
        if others:
            print(f"jnst: left out, no pictures: {', '.join(others)}", file=sys.stderr)
    outcomes: list[Outcome] = []
    status, started, trouble = 0, time.monotonic(), ""

    def note() -> None:
        nonlocal trouble
        try:
            write_table(outcomes, folder, before)
        except InputError as error:  # the pictures are what counts; it is said once
            if not trouble:
                fail(error, 1)
            trouble = str(error)

    try:
        with over_all(len(jobs), quiet=quiet) as show:
            for outcome in _work(jobs, settings, depth, show):
                outcomes.append(outcome)
                tell(outcome, len(outcomes), len(jobs), quiet=quiet)
                if outcome.status != "skipped":
                    note()
        status = 1 if any(outcome.status == "failed" for outcome in outcomes) else 0
    except KeyboardInterrupt as error:
        left = len(jobs) - len(outcomes)
        status = fail(f"interrupted: {left} pictures are left to do", interrupted(error))
    with uninterrupted():
        note()
        if not quiet:
            summarise(outcomes, folder, time.monotonic() - started)
    return status or (1 if trouble else 0)


def _jobs(batch: Batch) -> tuple[list[Job], Path, dict[str, list[str]]]:
    """Find the pairs, make the folder for what comes of them, and read the table in it."""
    given, styles, out = batch.batch, batch.styles, batch.out
    if given is None:
        raise InputError("--styles and --out go with --batch, a folder of pictures or a .csv")
    if out is None:
        raise InputError("--batch needs --out, a folder for the pictures")
    if given.is_dir():
        if styles is None:
            raise InputError("--batch needs --styles, a folder of pictures or one picture")
        if not styles.is_dir():
            files.read(styles)  # else all would fail, one by one
        jobs = from_folder(given, styles, out)
    elif given.suffix.lower() == ".csv":
        if styles is not None:
            raise InputError("--styles goes with a folder of pictures; a table has its own")
        jobs = from_table(given, out)
    else:
        raise InputError(f"--batch must be a folder of pictures or a .csv, not {str(given)!r}")
    for folder in (given, styles):
        if folder is not None and out.is_dir() and folder.is_dir() and out.samefile(folder):
            raise InputError(f"the pictures to paint are in {out}; choose another --out")
    table = out / TABLE
    if table.exists() and table.samefile(given):
        raise InputError(f"{table} would be replaced; choose another --out")
    before = read_table(table)
    disk.make_folder(out)
    disk.check_writable(table, [".csv"])
    return jobs, out, before


def _work(
    jobs: Iterable[Job], settings: Settings, depth: int, show: Callable[..., None]
) -> Iterator[Outcome]:
    """Do the jobs in turn; load the network for the first that needs it.

    Raises `InputError` if that fails: without weights nothing can be painted.
    """
    kit, painted, compiled = None, 0, set()
    for number, job in enumerate(jobs):
        advance = functools.partial(show, job.output.name, number, painted)
        advance()
        outcome = _before(job, settings, depth)
        if not outcome.status:
            kit = kit or load(settings)._replace(measured={})
            outcome = _paint(outcome, settings, depth, kit, compiled, advance)
            painted += outcome.status == "painted"
        yield outcome


def _before(job: Job, settings: Settings, depth: int) -> Outcome:
    """Say what becomes of a job without any painting; no status if there is some to do."""
    try:
        reason = outdated(job, settings, depth=depth) if os.path.exists(job.output) else ""
        if reason is None:
            return Outcome(job, "skipped")
        disk.make_folder(job.output.parent)
        files.check_writable(job.output, depth=depth)
    except Exception as error:  # a folder that may not be searched raises where one looks
        return Outcome(job, "failed", explain(error))
    return Outcome(job, "", f"anew: {reason}" if reason else "")


def _paint(
    outcome: Outcome,
    settings: Settings,
    depth: int,
    kit: Kit,
    compiled: set[tuple],
    advance: Callable[[float], None],
) -> Outcome:
    """Paint and write one picture; `compiled` are the shapes that there are programs for."""
    job, started, last = outcome.job, time.monotonic(), None
    try:
        pictures = open_pictures(job.inputs, settings)
        stages = plan(pictures, settings)
        shapes = {("content", pictures.content.shape)}
        shapes |= {("style", guide.style.shape) for guide in pictures.guides}
        new = {(*shape, stage.size) for shape in shapes for stage in stages}
        if len(compiled | new) > MOST_COMPILED:
            jax.clear_caches()
            compiled.clear()
        compiled |= new
        spent = costs(stages)
        for last in paint(pictures, settings, kit=kit, stages=stages):
            advance(sum(spent[: last.step]) / sum(spent))
        assert last is not None  # `check` wants at least one step
        save(job.output, pictures, settings, job.inputs, last.best, depth=depth)
    except Exception as error:  # also a fault of ours: the other pictures are to be had
        return Outcome(job, "failed", explain(error), time.monotonic() - started)
    seconds = time.monotonic() - started
    return outcome._replace(status="painted", seconds=seconds, loss=last.best_total)
