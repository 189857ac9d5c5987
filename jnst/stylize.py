"""Style transfer as one recipe: the settings, and the run from two pictures to the stylised one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax

from jnst import files, image
from jnst.arrays import Image, InputError, check_at_least, check_choice
from jnst.backbones import BACKBONES, weights
from jnst.engines import ENGINES, Losses
from jnst.loop import Progress, minimise, minimise_scipy
from jnst.losses.gram import NORMALIZATION
from jnst.losses.squares import SCALE
from jnst.nn import POOLING
from jnst.objective import Constants
from jnst.optim import LEARNING_RATES


@dataclass(frozen=True)
class Settings:
    """Everything that decides the picture. The only source of defaults."""

    size: int = 512
    """Long side of the result, in pixels; also of the style picture that is compared with."""
    upscale: bool = False
    """Enlarge a content picture that is smaller than `size`."""
    steps: int = 150
    """How many times the loss and its gradient are evaluated."""
    content_weight: float = 0.05
    """α: how much the content matters. More keeps the photograph, less lets the style take over."""
    style_weight: float = 1.0
    """β: how much the style matters."""
    tv_weight: float = 0.5
    """How much smoothness matters: the weight of total variation."""
    content_layers: tuple[str, ...] = ("relu4_2",)
    """Layers whose features keep the content."""
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    """Layers whose Gram matrices carry the style."""
    style_layer_weights: tuple[float, ...] = ()
    """How much each style layer counts against the others. By default all the same."""
    init: Literal["content", "noise", "style"] = "content"
    """The picture to start from."""
    optimizer: Literal["lbfgs", "adam", "sgd", "scipy-lbfgs"] = "lbfgs"
    """What moves the picture."""
    learning_rate: float | None = None
    """Step size; by default the optimiser's own."""
    pooling: Literal["max", "avg"] = "max"
    """How the network halves its maps: max, as trained, or avg, which paints more smoothly."""
    backbone: Literal["vgg19", "vgg16"] = "vgg19"
    """The network. Only the weights of vgg19 come along."""
    content_scale: Literal["relative", "mean", "half", "quarter-mean"] = "relative"
    """What the squared differences of features are multiplied by."""
    gram_normalization: Literal["positions", "positions-channels", "sum"] = "positions"
    """What a Gram matrix is divided by."""
    style_scale: Literal["relative", "mean", "half", "quarter-mean"] = "relative"
    """What the squared differences of Gram matrices are multiplied by."""
    tv_beta: float = 1.0
    """β, the exponent of total variation: 1 for squares, 0.5 for lengths."""
    seed: int = 0
    """Decides the noise of `init noise`."""
    engine: Literal["jax", "byhand"] = "jax"
    """Who does the sums: JAX, or NumPy with every derivative written by hand (slower)."""


def check(settings: Settings) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    layers = BACKBONES[check_choice("backbone", settings.backbone, BACKBONES)].layers
    for layer in settings.content_layers + settings.style_layers:
        check_choice(f"layer of {settings.backbone}", layer, layers)
    for what, options in {
        "init": image.INITIAL,
        "optimizer": LEARNING_RATES,
        "pooling": POOLING,
        "content_scale": SCALE,
        "gram_normalization": NORMALIZATION,
        "style_scale": SCALE,
        "engine": ENGINES,
    }.items():
        check_choice(what, getattr(settings, what), options)
    for what, least in {
        "size": 1,
        "steps": 1,
        "content_weight": 0,
        "style_weight": 0,
        "tv_weight": 0,
        "tv_beta": 0.5,
        "seed": 0,
    }.items():
        check_at_least(what, getattr(settings, what), least)
    if settings.learning_rate is not None and not (0 < settings.learning_rate < math.inf):
        raise InputError(f"learning_rate must be above 0, not {settings.learning_rate:g}")
    if len(settings.style_layer_weights) not in (0, len(settings.style_layers)):
        raise InputError(
            f"style_layer_weights has {len(settings.style_layer_weights)} numbers for "
            f"{len(settings.style_layers)} style layers; give one for each"
        )
    if not settings.content_layers + settings.style_layers:
        raise InputError("give at least one content layer or style layer")


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
    content = _resized(content, settings, upscale=settings.upscale)
    style = _resized(style, settings)
    wanted = {
        "content": (content, dict.fromkeys(settings.content_layers, settings.content_weight)),
        "style": (style, _style_weights(settings)),
    }
    for name, (picture, layer_weights) in wanted.items():
        _check_large_enough(name, picture, settings.backbone, tuple(layer_weights))
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
    params = weights.load(settings.backbone)
    constants = Constants(
        params=params,
        targets={
            name: engine.targets(name, params, picture, tuple(layer_weights))
            for name, (picture, layer_weights) in wanted.items()
        },
        weights={name: layer_weights for name, (_, layer_weights) in wanted.items()},
        tv_weight=settings.tv_weight,
    )
    start = image.initial(settings.init, content, style, seed=settings.seed)
    optimizer = None
    if settings.optimizer in engine.optimizers:
        rate = settings.learning_rate or LEARNING_RATES[settings.optimizer]
        optimizer = engine.optimizers[settings.optimizer](rate)
    return Problem(engine.evaluate, constants, start, optimizer, engine.compiled)


def iterate(problem: Problem, steps: int) -> Iterator[Progress]:
    """Optimise the picture; yield a `Progress` for each evaluation of the objective.

    Raises:
        InputError: if the loss is not a finite number from the start, or again and again.

    """
    arguments = problem.evaluate, problem.constants, problem.image
    if problem.optimizer is None:
        return minimise_scipy(*arguments, steps=steps, compiled=problem.compiled)
    # An accelerator is so fast that asking it for one step at a time would keep it waiting.
    every = 10 if problem.compiled and jax.default_backend() != "cpu" else 1
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
    chosen = Settings(**settings)
    best = None
    for progress in iterate(prepare(content, style, chosen), chosen.steps):
        best = progress.best
    assert best is not None  # `check` wants at least one step
    return best


def _resized(picture: Image, settings: Settings, *, upscale: bool = False) -> image.OtherImage:
    height, width = picture.shape[1:3]
    return image.resize(picture, *image.fit(height, width, settings.size, upscale=upscale))


def _style_weights(settings: Settings) -> dict[str, float]:
    """Share the style weight among its layers."""
    layers = settings.style_layers
    shares = settings.style_layer_weights or (1.0,) * len(layers)
    return {
        layer: settings.style_weight * share / sum(shares)
        for layer, share in zip(layers, shares, strict=True)
    }


def _check_large_enough(name: str, picture: Image, backbone: str, layers: tuple[str, ...]):
    """Refuse a picture that pooling would shrink to nothing before the deepest layer."""
    order = BACKBONES[backbone].layers
    deepest = max(layers, key=order.index, default=None)
    if deepest is None:
        return
    passed = order[: order.index(deepest) + 1]
    least = 2 ** sum(layer.startswith("pool") for layer in passed)
    height, width = picture.shape[1:3]
    if min(height, width) < least:
        raise InputError(
            f"the {name} picture is {width} x {height} pixels, but {deepest} needs at least "
            f"{least} x {least}; take a larger one, --upscale, or layers further up"
        )
