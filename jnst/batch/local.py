"""A batch on this machine: the jobs one after the other, whatever becomes of each."""

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from jnst.batch.jobs import Job, outdated
from jnst.batch.outcomes import Outcome
from jnst.errors import InputError
from jnst.methods.contract import Method
from jnst.pictures import files
from jnst.runs.failures import explain
from jnst.runs.pictures import check_holds, open_pictures, save
from jnst.system import disk
from jnst.transfer.methods import METHODS
from jnst.transfer.settings import Settings


def paint_jobs(
    jobs: Iterable[Job],
    settings_of: Callable[[Job], Settings],
    depth: int,
    show: Callable[..., None],
    *,
    method: Method | None = None,
) -> Iterator[Outcome]:
    """Do the jobs in turn, each with its own settings and by their method, or all by `method`.

    What a method needs is loaded with its first job. Raises `InputError` if that fails for the very
    first: without weights nothing can be painted. Later it is a failure of that job alone. A
    picture that could not be read is not tried again for the next job.
    """
    loaded: dict[str, Any] = {}
    unreadable: dict[Path, str] = {}
    painted = 0
    for number, job in enumerate(jobs):
        own = settings_of(job)
        chosen = method or METHODS[own.method]
        advance = functools.partial(show, job.output.name, number, painted)
        advance()
        outcome = _check_job(job, own, depth)
        known = next((path for path in job.inputs.paths() if path in unreadable), None)
        if not outcome.status and known is not None:
            yield Outcome(job, "failed", unreadable[known], unreadable=known, repeated=True)
            continue
        if not outcome.status:
            if own.method not in loaded:
                try:
                    loaded[own.method] = chosen.load(own, many=True)
                except InputError as error:
                    if not loaded:
                        raise
                    yield Outcome(job, "failed", explain(error))
                    continue
            outcome = _paint_job(outcome, own, depth, chosen, loaded[own.method], advance)
            painted += outcome.status == "painted"
            if outcome.unreadable is not None:
                unreadable[outcome.unreadable] = outcome.reason
        yield outcome


def _check_job(job: Job, settings: Settings, depth: int) -> Outcome:
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


def _paint_job(
    outcome: Outcome,
    settings: Settings,
    depth: int,
    method: Method,
    loaded: Any,
    advance: Callable[[float], None],
) -> Outcome:
    """Paint and write one picture."""
    job, started, last = outcome.job, time.monotonic(), None
    try:
        pictures = open_pictures(job.inputs, settings)
        check_holds(job.output, pictures, settings, job.inputs)
        plan = method.plan(pictures, settings, loaded=loaded)
        spent = plan.costs
        for last in plan.steps():
            advance(sum(spent[: last.step]) / sum(spent))
        assert last is not None  # `check` wants at least one step
        result = plan.result(last.best)
        save(job.output, result, pictures, settings, job.inputs, depth=depth)
    except Exception as error:  # also a fault of ours: the other pictures are to be had
        reason, paths = explain(error), job.inputs.paths()
        broken = next((path for path in paths if reason.startswith(files.unread(path))), None)
        return Outcome(job, "failed", reason, time.monotonic() - started, unreadable=broken)
    seconds = time.monotonic() - started
    return outcome._replace(
        status="painted", seconds=seconds, loss=last.best_total if last.parts else None
    )
