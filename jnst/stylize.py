"""Style transfer as one recipe: the run from two pictures to the stylised one."""

import dataclasses
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import jax

from jnst import files, pyramid
from jnst.arrays import Picture, check_choice
from jnst.checks import check
from jnst.loop import Progress, minimise
from jnst.optim import KEEP_MEMORY
from jnst.pictures import Pictures, finish, read
from jnst.problem import Problem, load, set_up
from jnst.scipy_loop import minimise_scipy
from jnst.settings import Settings
from jnst.stages import plan


def prepare(pictures: Pictures, settings: Settings) -> Problem:
    """Set up the last stage alone, to start from what `settings.init` says.

    Raises:
        InputError: for a picture that is too small for the layers; for unusable settings; for
            weights that are missing.

    """
    check(settings)
    return set_up(pictures, settings, load(settings), stage=plan(pictures, settings)[-1])


def iterate(
    problem: Problem,
    steps: int,
    *,
    memory: Any = None,
    average: float = 0.0,
    every: int = 10,
) -> Generator[Progress, None, Any]:
    """Optimise the picture; yield a `Progress` for each evaluation; return the optimiser's memory.

    On an accelerator, pictures come back only after every so many steps. It is so fast that asking
    it for one step at a time would keep it waiting. On the CPU each step is its own.

    Raises:
        InputError: if the loss is not a finite number from the start, or again and again.

    """
    arguments = problem.evaluate, problem.constants, problem.image
    if problem.optimizer is None:
        yield from minimise_scipy(
            *arguments, steps=steps, history=problem.history, compiled=problem.compiled
        )
        return None
    if problem.compiled is not True or jax.default_backend() == "cpu":
        every = 1
    return (
        yield from minimise(
            *arguments,
            problem.optimizer,
            steps=steps,
            memory=memory,
            average=average,
            every=every,
            compiled=problem.compiled,
        )
    )


def paint(pictures: Pictures, settings: Settings, *, every: int = 10) -> Iterator[Progress]:
    """Paint from coarse to fine; yield a `Progress` for each evaluation, counted through.

    Raises:
        InputError: for pictures or settings that cannot be used; see `prepare` and `iterate`.

    """
    check(settings)
    kit = load(settings)
    picture, memory, done = None, None, 0
    for stage in plan(pictures, settings):
        problem = set_up(pictures, settings, kit, stage=stage, start=picture)
        if memory is not None:
            memory = pyramid.enlarge(memory, *problem.image.shape[1:3])
        steps = iterate(problem, stage.steps, memory=memory, average=settings.average, every=every)
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                memory = end.value if settings.optimizer in KEEP_MEMORY else None
                break
            picture = progress.best
            yield progress._replace(step=done + progress.step)
        done += stage.steps


def stylize(
    content: files.Source,
    style: files.Source | list[files.Source] | tuple[files.Source, ...],
    *,
    masks: Sequence[files.Source] = (),
    style_masks: Sequence[files.Source] = (),
    labels: files.Source | None = None,
    style_labels: Sequence[files.Source] = (),
    start: files.Source | None = None,
    **settings: Any,
) -> Picture:
    """Paint `content` in the manner of `style`.

    Args:
        content: the photograph: a path, a PIL image, or an array as `jnst.files.read` takes it.
        style: the painting, likewise, or a list of several.
        masks: regions of the content, and so on: see `jnst.pictures.read`.
        style_masks: where the styles are taken from.
        labels: the regions in one picture.
        style_labels: where the styles are taken from, by the same colours.
        start: the picture to begin with.
        **settings: fields of `Settings`.

    Returns:
        The picture at its last size: the best by total loss, or where `average` is set the average.
        float32, RGB in [0, 1], (1, h, w, 3).

    Raises:
        InputError: for pictures or settings that cannot be used.

    """
    for name in settings:
        check_choice("setting", name, [field.name for field in dataclasses.fields(Settings)])
    chosen, kept = Settings(**settings), None
    check(chosen)  # before anything is read
    pictures = read(
        content,
        style,
        chosen,
        masks=masks,
        style_masks=style_masks,
        labels=labels,
        style_labels=style_labels,
        start=start,
    )
    for progress in paint(pictures, chosen):
        kept = progress.best
    assert kept is not None  # `check` wants at least one step
    return finish(pictures, chosen, kept)
