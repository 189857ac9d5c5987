"""Style transfer as one recipe: the run from two pictures to the stylised one."""

from collections.abc import Generator, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import jax

from jnst.arrays import AnyPicture
from jnst.methods.progress import Progress
from jnst.optimize.loop import End, minimize
from jnst.optimize.optimizers import KEEP_STATE
from jnst.optimize.scipy_loop import minimize_scipy
from jnst.transfer.checks import check
from jnst.transfer.loaded import Loaded, load
from jnst.transfer.pictures import Pictures
from jnst.transfer.problem import Problem, set_up
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage, enlarge, plan
from jnst.xla import make_room, own_switches


@own_switches
def prepare(pictures: Pictures, settings: Settings) -> Problem:
    """Set up the last stage alone, to start from what `settings.init` says.

    Raises:
        InputError: for a picture that is too small for the layers; for unusable settings; for
            weights that are missing.

    """
    check(settings)
    return set_up(pictures, settings, load(settings), stage=plan(pictures, settings)[-1])


class Point(NamedTuple):
    """Position of a run: stage, step, the picture that the stage began with, its loop's state.

    Without a picture, a stage begins as the settings say; without a state, at its beginning.
    """

    stage: int
    step: int
    picture: AnyPicture | None
    state: Sequence[Any]


def iterate(
    problem: Problem,
    steps: int,
    *,
    optimizer_state: Any = None,
    state: Sequence[Any] = (),
    average: float = 0.0,
    every: int = 10,
) -> Generator[Progress, None, End]:
    """Optimize the picture; yield a `Progress` for each evaluation; see `loop.minimize`.

    On an accelerator, pictures come back only after every so many steps. It is so fast that asking
    it for one step at a time would keep it waiting. On the CPU each step is its own.

    Raises:
        InputError: if the loss is not a finite number from the start, or again and again.

    """
    arguments = problem.evaluate, problem.constants, problem.image
    if problem.optimizer is None:
        return (
            yield from minimize_scipy(
                *arguments, steps=steps, history=problem.history, compiled=problem.compiled
            )
        )
    if problem.compiled is not True or jax.default_backend() == "cpu":
        every = 1
    return (
        yield from minimize(
            *arguments,
            problem.optimizer,
            steps=steps,
            optimizer_state=optimizer_state,
            state=state,
            average=average,
            every=every,
            compiled=problem.compiled,
        )
    )


@own_switches
def paint(
    pictures: Pictures,
    settings: Settings,
    *,
    every: int = 10,
    loaded: Loaded | None = None,
    stages: Sequence[Stage] | None = None,
    point: Point | None = None,
) -> Iterator[Progress]:
    """Paint from coarse to fine; yield a `Progress` for each evaluation, counted through.

    `loaded` is what `jnst.transfer.loaded.load` returns for these settings, `stages` what
    `jnst.transfer.stages.plan` does for both, where they are at hand: what fits into memory may
    change from one to the next.

    The `state` of a `Progress` is a `Point`, or None. Given as `point`, with the same pictures and
    settings, it makes the run go on from there, and end with the same picture, bit by bit, on the
    same machine.

    Raises:
        InputError: for pictures or settings that cannot be used; see `prepare` and `iterate`.

    """
    check(settings)
    loaded = loaded or load(settings)
    stages = stages or plan(pictures, settings)
    point = point or Point(0, 0, None, ())
    picture, state, optimizer_state = point.picture, point.state, None
    done = sum(stage.steps for stage in stages[: point.stage])
    for number, stage in enumerate(stages[point.stage :], point.stage):
        make_room(*_programs(pictures, settings, stage))
        problem = set_up(pictures, settings, loaded, stage=stage, start=picture)
        if optimizer_state is not None:
            optimizer_state = enlarge(optimizer_state, *problem.image.shape[1:3])
        options: dict[str, Any] = {"optimizer_state": optimizer_state, "state": state}
        steps = iterate(problem, stage.steps, average=settings.average, every=every, **options)
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                best, optimizer_state = end.value
                break
            now = progress.state
            # A state holds all that matters of the picture before it, but for its size.
            step = done + progress.step
            point = Point(number, step, None, now) if now else Point(number, done, picture, ())
            yield progress._replace(step=step, state=None if now is None else point)
        picture, state = best, ()
        if stage.optimizer not in KEEP_STATE or stage.optimizer != settings.optimizer:
            optimizer_state = None
        done += stage.steps


def _programs(pictures: Pictures, settings: Settings, stage: Stage) -> Iterator[Hashable]:
    """Name the programs of a stage: one for the photograph, one for each painting."""
    objective, optimizer = settings.resolved.objective, stage.optimizer
    jittered = settings.jitter > 0  # by how much is an argument
    yield objective, optimizer, jittered, stage.size, stage.tile, pictures.content.shape
    for guide in pictures.guides:
        yield objective, stage.style_size, stage.tile, guide.style.shape
