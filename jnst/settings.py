"""The settings of a style transfer: their names, defaults, meaning, and what they may be."""

import math
from dataclasses import dataclass
from typing import Literal

from jnst import image
from jnst.arrays import InputError, check_at_least, check_choice
from jnst.backbones import BACKBONES
from jnst.engines import ENGINES
from jnst.losses.gram import NORMALIZATION
from jnst.losses.squares import SCALE
from jnst.nn import POOLING
from jnst.optim import LEARNING_RATES, NAMES


@dataclass(frozen=True)
class Settings:
    """Everything that decides the picture. The only source of defaults."""

    size: int = 512
    """Long side of the result in pixels, at most; the style picture is shrunk to it as well."""
    upscale: bool = False
    """Enlarge a content picture that is smaller than `size`."""
    steps: int = 150
    """How many times the loss and its gradient are evaluated."""
    content_weight: float = 0.05
    """How much the content matters, α. More keeps the photograph, less lets the style take over."""
    style_weight: float = 1.0
    """How much the style matters, β."""
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
    """The exponent of total variation: 1 for squares, 0.5 for lengths."""
    seed: int = 0
    """Decides the noise of `init noise`."""
    engine: Literal["jax", "byhand"] = "jax"
    """Who does the sums: JAX, or NumPy with every derivative written by hand (slower)."""


def check(settings: Settings) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    layers = BACKBONES[check_choice("backbone", settings.backbone, BACKBONES)].layers
    for what in ("content_layers", "style_layers"):
        chosen = getattr(settings, what)
        for layer in chosen:
            check_choice(f"layer of {settings.backbone}", layer, layers)
        if len(set(chosen)) < len(chosen):
            raise InputError(f"{what} names a layer twice: {', '.join(chosen)}")
    for what in ("size", "steps", "seed"):
        if not isinstance(getattr(settings, what), int):
            raise InputError(f"{what} must be a whole number, not {getattr(settings, what)!r}")
    for what, options in {
        "init": image.INITIAL,
        "optimizer": NAMES,
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
    if settings.learning_rate is not None and settings.optimizer not in LEARNING_RATES:
        raise InputError(f"{settings.optimizer} finds its own step; leave out learning_rate")
    if len(settings.style_layer_weights) not in (0, len(settings.style_layers)):
        raise InputError(
            f"style_layer_weights has {len(settings.style_layer_weights)} numbers for "
            f"{len(settings.style_layers)} style layers; give one for each"
        )
    if settings.style_layer_weights and not (
        min(settings.style_layer_weights) >= 0 < sum(settings.style_layer_weights) < math.inf
    ):
        raise InputError("style_layer_weights must be at least 0 and not all 0")
    if not (settings.content_layers or settings.style_layers):
        raise InputError("give at least one content layer or style layer")
