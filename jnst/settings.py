"""The settings of a style transfer: their names, defaults, meaning, and what they may be."""

import math
from dataclasses import dataclass
from typing import Literal

from jnst import colour
from jnst.arrays import InputError, check_at_least, check_choice
from jnst.backbones import BACKBONES
from jnst.engines import (
    CONTENT_LOSSES,
    ENGINES,
    STYLE_LOSSES,
    Losses,
    check_scale,
    in_tiles,
    on_devices,
)
from jnst.initial import INITIAL
from jnst.losses import tv
from jnst.losses.gram import NORMALIZATION
from jnst.nn import PADDING, POOLING
from jnst.optim import HISTORY, LEARNING_RATES, NAMES


@dataclass(frozen=True)
class Settings:
    """Everything that decides the picture. The only source of defaults."""

    size: int = 512
    """Long side of the result in pixels, at most."""
    upscale: bool = False
    """Enlarge a content picture that is smaller than `size`."""
    square: bool = False
    """First squeeze both pictures into squares of `size`, as some courses do."""
    style_size: int | None = None
    """Long side of the style picture, at most; by default that of the result. Larger, its strokes
    grow; smaller, they shrink."""
    first_size: int | None = 128
    """Long side to begin with, at least; the picture then grows to `size`. None begins there."""
    size_ratio: float = 2**0.5
    """Each size by the one before it."""
    steps: tuple[int, ...] = (200, 100, 60, 30, 12)
    """How many times the loss and its gradient are evaluated: at the first size, the second, and so
    on; the last number goes for all further sizes."""
    content_weight: float = 0.005
    """How much the content matters, α. More keeps the photograph, less lets the style take over."""
    style_weight: float = 1.0
    """How much the style matters, β."""
    tv_weight: float = 0.25
    """How much smoothness matters: the weight of total variation."""
    content_layers: tuple[str, ...] = ("relu4_2",)
    """Layers whose features keep the content."""
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    """Layers whose features carry the style."""
    style_layer_weights: tuple[float, ...] = ()
    """How much each style layer counts against the others; by default four times the next one."""
    blend: tuple[float, ...] = ()
    """How much each of several style pictures counts against the others; by default all alike."""
    colour: Literal["luminance", "cholesky", "pca", "monge-kantorovich", "histogram"] | None = None
    """Keep the colours of the content: only the luminance is painted, or the style picture is
    recoloured before; by default the colours are those of the style."""
    init: Literal["content", "style", "grey", "noise", "style-statistics"] = "content"
    """The picture to start from."""
    init_noise: float = 0.0
    """Standard deviation of the noise added to it, on the scale to 1."""
    optimizer: Literal["lbfgs", "adam", "sgd", "scipy-lbfgs"] = "lbfgs"
    """What moves the picture."""
    learning_rate: float | None = None
    """Step size; by default the optimiser's own."""
    history: int = HISTORY
    """How many steps `lbfgs` and `scipy-lbfgs` remember."""
    average: float = 0.0
    """Keep a running average of the pictures, with this decay, instead of the best; 0 for not."""
    content_loss: Literal["features", "self-similarity"] = "features"
    """What of the content is compared: features, or how alike they are from place to place."""
    style_loss: Literal[
        "wasserstein", "gram", "moments", "sliced", "histogram", "patches", "remd"
    ] = "wasserstein"
    """What of the style is compared: means and covariances; Gram matrices; means and deviations;
    distributions along random directions, or by channel; patches; a relaxed earth mover's cost."""
    content_scale: Literal[
        "relative-contraharmonic",
        "contraharmonic",
        "relative",
        "mean",
        "half",
        "quarter-mean",
        "columns",
    ] = "relative-contraharmonic"
    """What the squared differences of features are multiplied by. `self-similarity` knows
    relative, mean and columns."""
    style_scale: Literal[
        "relative",
        "mean",
        "half",
        "quarter-mean",
        "contraharmonic",
        "relative-contraharmonic",
        "sum",
    ] = "relative"
    """What the style's differences are multiplied by. All losses know the first two."""
    gram_normalization: Literal["positions", "positions-channels", "sum"] = "positions"
    """What a Gram matrix is divided by."""
    tv: Literal["nine-point", "squares", "absolute"] = "nine-point"
    """Which neighbours total variation compares, and how."""
    tv_beta: float = 1.0
    """The exponent of `tv squares`: 1 for squares, 0.5 for lengths."""
    tv_scale: Literal["mean", "sum", "half"] = "mean"
    """What total variation is multiplied by."""
    backbone: Literal["vgg19", "vgg16"] = "vgg19"
    """The network. Only the weights of vgg19 come along."""
    pooling: Literal["max", "avg", "l2"] = "max"
    """How the network halves its maps: max, as trained, avg, which paints more smoothly, or l2."""
    rescale_pooling: bool = False
    """Bring the activations behind `avg` and `l2` back to about the size they have with `max`."""
    padding: Literal["edge", "zeros"] = "edge"
    """What the first convolution sees outside the picture: its edge, or, as trained, zeros."""
    normalized_weights: bool = False
    """Use the network with each filter scaled to a mean activation of 1, as Gatys et al. did."""
    normalize_gradients: bool = False
    """Scale the gradient of each layer's loss to the size its weight says, as neural-style can."""
    seed: int = 0
    """Decides all noise."""
    tile: int | Literal["auto", "off"] = "auto"
    """Compute in windows of so many pixels a side, with the same result: pictures of any size then
    fit, at about 1.6 times the work. By default only where the memory would not do."""
    devices: int = 1
    """How many devices share the work on one picture, each some of its rows."""
    engine: Literal["jax", "byhand"] = "jax"
    """Who does the sums: JAX, or NumPy with every derivative written by hand (slower)."""


def losses(settings: Settings) -> Losses:
    """Return what of the settings shapes the objective."""
    return Losses(*(getattr(settings, name) for name in Losses._fields))


def check(settings: Settings) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    layers = BACKBONES[check_choice("backbone", settings.backbone, BACKBONES)].layers
    for what in ("content_layers", "style_layers"):
        chosen = getattr(settings, what)
        for layer in chosen:
            check_choice(f"layer of {settings.backbone}", layer, layers)
        if len(set(chosen)) < len(chosen):
            raise InputError(f"{what} names a layer twice: {', '.join(chosen)}")
    numbers = {what: getattr(settings, what) for what in ("size", "history", "seed", "devices")}
    numbers |= {f"steps[{i}]": steps for i, steps in enumerate(settings.steps)}
    for what in ("style_size", "first_size"):
        if getattr(settings, what) is not None:
            numbers[what] = getattr(settings, what)
    for what, number in numbers.items():
        if not isinstance(number, int):
            raise InputError(f"{what} must be a whole number, not {number!r}")
        check_at_least(what, number, 0 if what == "seed" else 1)
    if settings.tile not in ("auto", "off"):
        if not isinstance(settings.tile, int):
            raise InputError(f"tile must be auto, off or a whole number, not {settings.tile!r}")
        check_at_least("tile", settings.tile, 1)
        if settings.engine != "jax":
            raise InputError(f"engine {settings.engine} has no tiles; leave out tile")
        if settings.devices > 1:
            raise InputError("tiles are computed on one device; leave out tile, or devices")
        in_tiles(losses(settings), settings.tile)
    if settings.devices > 1:
        if settings.engine != "jax":
            raise InputError(f"engine {settings.engine} runs on one device; leave out devices")
        on_devices(losses(settings), settings.devices)
    if not settings.steps:
        raise InputError("steps needs at least one number")
    for what, options in {
        "init": INITIAL,
        "optimizer": NAMES,
        "pooling": POOLING,
        "padding": PADDING,
        "content_loss": CONTENT_LOSSES,
        "style_loss": STYLE_LOSSES,
        "gram_normalization": NORMALIZATION,
        "tv": tv.KINDS,
        "tv_scale": tv.SCALE,
        "engine": ENGINES,
    }.items():
        check_choice(what, getattr(settings, what), options)
    if settings.colour is not None:
        check_choice("colour", settings.colour, colour.METHODS)
    check_scale("content", CONTENT_LOSSES, settings.content_loss, settings.content_scale)
    check_scale("style", STYLE_LOSSES, settings.style_loss, settings.style_scale)
    for what, least in {
        "content_weight": 0,
        "style_weight": 0,
        "tv_weight": 0,
        "tv_beta": 0.5,
        "average": 0,
        "init_noise": 0,
        "size_ratio": 1.01,
    }.items():
        check_at_least(what, getattr(settings, what), least)
    if not settings.average < 1:
        raise InputError(f"average must be below 1, not {settings.average:g}")
    if settings.average and settings.optimizer not in LEARNING_RATES:
        raise InputError(f"{settings.optimizer} keeps no average; leave out average")
    if settings.learning_rate is not None and not (0 < settings.learning_rate < math.inf):
        raise InputError(f"learning_rate must be above 0, not {settings.learning_rate:g}")
    if settings.learning_rate is not None and settings.optimizer not in LEARNING_RATES:
        raise InputError(f"{settings.optimizer} finds its own step; leave out learning_rate")
    if len(settings.style_layer_weights) not in (0, len(settings.style_layers)):
        raise InputError(
            f"style_layer_weights has {len(settings.style_layer_weights)} numbers for "
            f"{len(settings.style_layers)} style layers; give one for each"
        )
    for what in ("style_layer_weights", "blend"):
        shares = getattr(settings, what)
        if shares and not (min(shares) >= 0 < sum(shares) < math.inf):
            raise InputError(f"{what} must be finite numbers, at least 0 and not all 0")
    if not (settings.content_layers or settings.style_layers):
        raise InputError("give at least one content layer or style layer")
