"""Style transfer as one recipe: the run from two pictures to the stylised one."""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from jnst import files, image
from jnst.arrays import Image, InputError, check_choice
from jnst.backbones import BACKBONES, weights
from jnst.engines import ENGINES, Losses
from jnst.loop import Progress, minimise, minimise_scipy
from jnst.objective import Constants
from jnst.optim import LEARNING_RATES
from jnst.settings import Settings, check


class Problem(NamedTuple):
    """What the loop needs: the objective, what it holds fixed, and where to start."""

    evaluate: Any
    constants: Constants
    image: Image
    optimizer: Any
    compiled: bool


def prepare(content: files.Source, style: files.Source, settings: Settings) -> Problem:
    """Read and resize both pictures and measure what the new one is to match.

    Raises:
        InputError: for a picture that cannot be read, or is too small for the layers; for unusable
            settings; for weights that are missing.

    """
    check(settings)
    content, style = files.read(content), files.read(style)
    content = image.fit(content, settings.size, upscale=settings.upscale)
    style = image.fit(style, settings.size)
    wanted = {
        "content": (content, _content_weights(settings)),
        "style": (style, _style_weights(settings)),
    }
    # The new picture has the content's size, and goes through the style layers as well.
    _check_large_enough(
        "content", content, (*settings.content_layers, *settings.style_layers), settings
    )
    _check_large_enough("style", style, settings.style_layers, settings)
    engine = ENGINES[settings.engine](
        Losses(
            settings.backbone,
            settings.pooling,
            settings.content_scale,
            settings.gram_normalization,
            settings.style_scale,
            settings.tv_beta,
        )
    )
    # SciPy's line search needs float64; everything else is quicker and as good without.
    dtype = np.float32 if settings.optimizer in engine.optimizers else np.float64
    params = jax.tree.map(lambda array: array.astype(dtype), weights.load(settings.backbone))
    constants = Constants(
        params=params,
        targets={
            name: engine.targets(name, params, picture.astype(dtype), tuple(layer_weights))
            for name, (picture, layer_weights) in wanted.items()
        },
        weights={name: layer_weights for name, (_, layer_weights) in wanted.items()},
        tv_weight=settings.tv_weight,
    )
    start = image.initial(settings.init, content, style, seed=settings.seed).astype(dtype)
    optimizer = None
    if settings.optimizer in engine.optimizers:
        rate = settings.learning_rate or LEARNING_RATES[settings.optimizer]
        optimizer = engine.optimizers[settings.optimizer](rate)
    return Problem(engine.evaluate, constants, start, optimizer, engine.compiled)


def iterate(problem: Problem, steps: int, *, every: int = 10) -> Iterator[Progress]:
    """Optimise the picture; yield a `Progress` for each evaluation of the objective.

    On an accelerator, pictures come back only after every so many steps. It is so fast that asking
    it for one step at a time would keep it waiting. On the CPU each step is its own.

    Raises:
        InputError: if the loss is not a finite number from the start, or again and again.

    """
    arguments = problem.evaluate, problem.constants, problem.image
    if problem.optimizer is None:
        return minimise_scipy(*arguments, steps=steps, compiled=problem.compiled)
    if not problem.compiled or jax.default_backend() == "cpu":
        every = 1
    return minimise(
        *arguments, problem.optimizer, steps=steps, every=every, compiled=problem.compiled
    )


def stylize(content: files.Source, style: files.Source, **settings: Any) -> Image:
    """Paint `content` in the manner of `style`.

    Args:
        content: the photograph: a path, a PIL image, or an array as `jnst.files.read` takes it.
        style: the painting, likewise.
        **settings: fields of `Settings`.

    Returns:
        The best picture found, by total loss: float32, RGB in [0, 1], (1, h, w, 3).

    Raises:
        InputError: for pictures or settings that cannot be used.

    """
    for name in settings:
        check_choice("setting", name, [field.name for field in dataclasses.fields(Settings)])
    chosen = Settings(**settings)
    best = None
    for progress in iterate(prepare(content, style, chosen), chosen.steps):
        best = progress.best
    assert best is not None  # `check` wants at least one step
    return best.astype(np.float32)


def _content_weights(settings: Settings) -> dict[str, float]:
    """Share the content weight evenly among its layers."""
    layers = settings.content_layers
    return {layer: settings.content_weight / len(layers) for layer in layers}


def _style_weights(settings: Settings) -> dict[str, float]:
    """Share the style weight among its layers."""
    layers = settings.style_layers
    shares = settings.style_layer_weights or (1.0,) * len(layers)
    return {
        layer: settings.style_weight * share / sum(shares)
        for layer, share in zip(layers, shares, strict=True)
    }


def _check_large_enough(name: str, picture: Image, layers: tuple[str, ...], settings: Settings):
    """Refuse a picture that pooling would shrink to nothing before the deepest layer."""
    order = BACKBONES[settings.backbone].layers
    deepest = max(layers, key=order.index, default=None)
    if deepest is None:
        return
    passed = order[: order.index(deepest) + 1]
    least = 2 ** sum(layer.startswith("pool") for layer in passed)
    height, width = picture.shape[1:3]
    if min(height, width) < least:
        raise InputError(
            f"at size {settings.size} the {name} picture is {width} x {height} pixels, but "
            f"{deepest} needs at least {least} x {least}; take a larger picture or size, or "
            "earlier layers"
        )
