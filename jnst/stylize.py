"""Style transfer as one recipe: the run from two pictures to the stylised one."""

import dataclasses
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from jnst import files, image, pyramid
from jnst.arrays import Image, InputError, Params, check_choice
from jnst.backbones import BACKBONES, weights
from jnst.engines import ENGINES, Engine, Losses
from jnst.loop import Progress, minimise, minimise_scipy
from jnst.objective import Constants
from jnst.optim import KEEP_MEMORY, LEARNING_RATES
from jnst.settings import Settings, check


class Stage(NamedTuple):
    """One size of the way from coarse to fine: long sides in pixels, and evaluations."""

    size: int
    style_size: int
    steps: int


class Problem(NamedTuple):
    """What the loop needs: the objective, what it holds fixed, and where to start."""

    evaluate: Any
    constants: Constants
    image: Image
    optimizer: Any
    compiled: bool


def plan(content: Image, style: image.OtherImage, settings: Settings) -> list[Stage]:
    """List the stages of a run, the smallest first.

    The last stage has the size of the result. The style picture keeps its proportion to it. The
    first number of `settings.steps` goes with the smallest size, the last one with all that remain.
    Sizes at which a picture would be too small for the layers are left out.
    """
    (height, width), (style_height, style_width) = content.shape[1:3], style.shape[1:3]
    last = max(image.size_within(height, width, settings.size, upscale=settings.upscale))
    style_last = settings.style_size or last
    least = _least_side((*settings.content_layers, *settings.style_layers), settings)

    def style_size(size: int) -> int:
        return max(1, round(style_last * size / last))

    def large_enough(size: int) -> bool:
        sides = (
            *image.size_within(height, width, size, upscale=True),
            *image.size_within(style_height, style_width, style_size(size)),
        )
        return size == last or min(sides) >= least

    first = settings.first_size or last
    sizes = filter(large_enough, pyramid.sizes(last, first=first, ratio=settings.size_ratio))
    return [
        Stage(
            size, round(style_last * size / last), settings.steps[min(i, len(settings.steps) - 1)]
        )
        for i, size in enumerate(sizes)
    ]


def prepare(content: files.Source, style: files.Source, settings: Settings) -> Problem:
    """Set up the last stage alone, to start from what `settings.init` says.

    Raises:
        InputError: for a picture that cannot be read, or is too small for the layers; for unusable
            settings; for weights that are missing.

    """
    check(settings)
    content, style = files.read(content), files.read(style)
    stages = plan(content, style, settings)
    return _problem(content, style, settings, _engine(settings), stage=stages[-1])


class _Ready(NamedTuple):
    """What all stages share: the engine, and the weights in the precision that it works in."""

    engine: Engine
    params: Params


def _engine(settings: Settings) -> _Ready:
    losses = Losses(*(getattr(settings, name) for name in Losses._fields))
    engine = ENGINES[settings.engine](losses)
    # SciPy's line search needs float64; everything else is quicker and as good without.
    dtype = np.float32 if settings.optimizer in engine.optimizers else np.float64
    params = jax.tree.map(lambda array: array.astype(dtype), weights.load(settings.backbone))
    return _Ready(engine, params)


def _problem(
    content: Image,
    style: image.OtherImage,
    settings: Settings,
    ready: _Ready,
    *,
    stage: Stage,
    start: Float[np.ndarray, "1 _ _ 3"] | None = None,
) -> Problem:
    """Resize both pictures and measure what the new one is to match."""
    engine, params = ready
    content = image.fit(content, stage.size, upscale=True)
    style = image.fit(style, stage.style_size)
    wanted = {
        "content": (content, _content_weights(settings)),
        "style": (style, _style_weights(settings)),
    }
    # The new picture has the content's size, and goes through the style layers as well.
    layers = (*settings.content_layers, *settings.style_layers)
    _check_large_enough("content", content, layers, settings)
    _check_large_enough("style", style, settings.style_layers, settings)
    dtype = params["input"]["mean"].dtype
    constants = Constants(
        params=params,
        targets={
            name: engine.targets(name, params, picture.astype(dtype), tuple(layer_weights))
            for name, (picture, layer_weights) in wanted.items()
        },
        weights={name: layer_weights for name, (_, layer_weights) in wanted.items()},
        tv_weight=settings.tv_weight,
    )
    if start is None:
        start = image.initial(settings.init, content, style, seed=settings.seed)
    start = image.resize(start, *content.shape[1:3]).astype(dtype)
    optimizer = None
    if settings.optimizer in engine.optimizers:
        rate = settings.learning_rate or LEARNING_RATES[settings.optimizer]
        optimizer = engine.optimizers[settings.optimizer](rate)
    return Problem(engine.evaluate, constants, start, optimizer, engine.compiled)


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
        yield from minimise_scipy(*arguments, steps=steps, compiled=problem.compiled)
        return None
    if not problem.compiled or jax.default_backend() == "cpu":
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


def paint(
    content: files.Source, style: files.Source, settings: Settings, *, every: int = 10
) -> Iterator[Progress]:
    """Paint from coarse to fine; yield a `Progress` for each evaluation, counted through.

    Raises:
        InputError: for pictures or settings that cannot be used; see `prepare` and `iterate`.

    """
    check(settings)  # before anything is read
    content, style = files.read(content), files.read(style)
    ready = _engine(settings)
    picture, memory, done = None, None, 0
    for stage in plan(content, style, settings):
        problem = _problem(content, style, settings, ready, stage=stage, start=picture)
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


def stylize(content: files.Source, style: files.Source, **settings: Any) -> Image:
    """Paint `content` in the manner of `style`.

    Args:
        content: the photograph: a path, a PIL image, or an array as `jnst.files.read` takes it.
        style: the painting, likewise.
        **settings: fields of `Settings`.

    Returns:
        The picture at its last size: the best by total loss, or where `average` is set the average.
        float32, RGB in [0, 1], (1, h, w, 3).

    Raises:
        InputError: for pictures or settings that cannot be used.

    """
    for name in settings:
        check_choice("setting", name, [field.name for field in dataclasses.fields(Settings)])
    kept = None
    for progress in paint(content, style, Settings(**settings)):
        kept = progress.best
    assert kept is not None  # `check` wants at least one step
    return kept.astype(np.float32)


def _content_weights(settings: Settings) -> dict[str, float]:
    """Share the content weight evenly among its layers."""
    layers = settings.content_layers
    return {layer: settings.content_weight / len(layers) for layer in layers}


def _style_weights(settings: Settings) -> dict[str, float]:
    """Share the style weight among its layers."""
    layers = settings.style_layers
    shares = settings.style_layer_weights or [0.25**i for i in range(len(layers))]
    return {
        layer: settings.style_weight * share / sum(shares)
        for layer, share in zip(layers, shares, strict=True)
    }


def _least_side(layers: tuple[str, ...], settings: Settings) -> int:
    """Return the fewest pixels that poolings leave something of before the deepest of `layers`."""
    order = BACKBONES[settings.backbone].layers
    passed = order[: 1 + max((order.index(layer) for layer in layers), default=-1)]
    return 2 ** sum(layer.startswith("pool") for layer in passed)


def _check_large_enough(name: str, picture: Image, layers: tuple[str, ...], settings: Settings):
    """Refuse a picture that pooling would shrink to nothing before the deepest layer."""
    least = _least_side(layers, settings)
    height, width = picture.shape[1:3]
    if min(height, width) < least:
        deepest = max(layers, key=BACKBONES[settings.backbone].layers.index)
        raise InputError(
            f"at size {max(height, width)} the {name} picture is {width} x {height} pixels, but "
            f"{deepest} needs at least {least} x {least}; take a larger picture or size, or "
            "earlier layers"
        )
