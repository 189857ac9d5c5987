"""A batch on this machine: the jobs one after the other, whatever becomes of each."""

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator

import jax

from jnst import disk
from jnst.batch.jobs import Job, outdated
from jnst.batch.outcomes import Outcome
from jnst.pictures import files
from jnst.runs.failures import explain
from jnst.runs.pictures import open_pictures, save
from jnst.transfer.problem import Kit, load
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings
from jnst.transfer.stages import costs, plan
from jnst.transfer.targets import TargetCache

MOST_COMPILED = 64
"""The most shapes and sizes that programs are kept for. Linux gives a process 65 530 mappings, then
XLA aborts it; on the CPU each of these takes about 650."""


def paint_jobs(
    jobs: Iterable[Job], settings: Settings, depth: int, show: Callable[..., None]
) -> Iterator[Outcome]:
    """Do the jobs in turn; load the network for the first that needs it.

    Raises `InputError` if that fails: without weights nothing can be painted.
    """
    kit, painted, compiled = None, 0, set()
    for number, job in enumerate(jobs):
        advance = functools.partial(show, job.output.name, number, painted)
        advance()
        outcome = _check_job(job, settings, depth)
        if not outcome.status:
            kit = kit or load(settings)._replace(targets=TargetCache())
            outcome = _paint_job(outcome, settings, depth, kit, compiled, advance)
            painted += outcome.status == "painted"
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
