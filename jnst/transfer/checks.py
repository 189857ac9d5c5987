"""Checks of settings, alone and together."""

import math
from collections import Counter
from collections.abc import Sequence

from jnst.backbones.checks import check_layers, too_small
from jnst.backbones.nn import PADDING, PRECISION
from jnst.backbones.pooling import POOLING
from jnst.backbones.vgg import LAYERS
from jnst.engines.build import ENGINES, check_tiled
from jnst.engines.sharding import check_devices
from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.losses import jitter, tv
from jnst.losses.gram import NORMALIZATION
from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES, check_scale
from jnst.optimize.optimizers import LEARNING_RATES, NAMES
from jnst.pictures import colour, resizing
from jnst.transfer.extents import extents
from jnst.transfer.initial import INITIAL, INSTANT
from jnst.transfer.onepass import checks as onepass
from jnst.transfer.settings import Settings
from jnst.weights.network import WEIGHTS

LARGEST_SIDE = 65_535
"""Pixels; JPEG's limit."""
MOST = {"history": 1000, "devices": 1000, "margin": 1000, "jitter": jitter.MOST}
"""The most that these settings may be."""
MOST_STEPS = 1_000_000
"""The most that the steps at each size, and `canvas`, may be."""
LISTS = {
    "steps": (int | float, "whole numbers"),
    "content_layers": (str, "names of layers"),
    "style_layers": (str, "names of layers"),
    "style_layer_weights": (int | float, "numbers"),
    "blend": (int | float, "numbers"),
    "style_number": (int | str, "whole numbers or names"),
}
"""The settings that are several values each, and of what type; layers may also be None."""
LARGEST_NUMBER = 1e37
"""Float32, in which most runs compute, ends at 3.4e38; noise goes to several deviations."""


def check(settings: Settings) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    for what, (kind, names) in LISTS.items():
        given = getattr(settings, what)
        if given is None and kind is str:
            continue
        if not isinstance(given, tuple | list):
            raise InputError(f"{what} must be a tuple, as ({given!r},), not {given!r}")
        if odd := [one for one in given if not isinstance(one, kind)]:
            raise InputError(f"{what} must be {names}, not {odd[0]!r}")
    for what in ("content_layers", "style_layers"):
        chosen = getattr(settings, what) or ()
        check_layers(settings.backbone, chosen)
        if twice := [layer for layer, count in Counter(chosen).items() if count > 1]:
            raise InputError(f"{what} names a layer twice: {twice[0]}")
    numbers = {
        what: getattr(settings, what) for what in ("size", "history", "seed", "devices", "jitter")
    }
    numbers |= {f"steps[{i}]": steps for i, steps in enumerate(settings.steps)}
    for what in ("canvas", "margin", "style_size", "first_size"):
        if getattr(settings, what) is not None:
            numbers[what] = getattr(settings, what)
    for what, number in numbers.items():
        if type(number) is not int:  # nor True
            raise InputError(f"{what} must be a whole number, not {number!r}")
        check_at_least(what, number, 0 if what in ("seed", "jitter", "margin") else 1)
        if what != "seed":
            most = LARGEST_SIDE if what.endswith("size") else MOST.get(what, MOST_STEPS)
            check_at_most(what, number, most)
    if settings.tile not in ("auto", "off"):
        if not isinstance(settings.tile, int):
            raise InputError(f"tile must be auto, off or a whole number, not {settings.tile!r}")
        check_at_least("tile", settings.tile, 1)
        if settings.devices > 1:
            raise InputError("tiles are computed on one device; leave out tile, or devices")
    if settings.engine == "byhand":
        for what, plain in {
            "tile": ("auto", "off"),
            "devices": (1,),
            "precision": ("float32",),
        }.items():
            if (given := getattr(settings, what)) not in plain:
                raise InputError(f"engine byhand cannot do {what} {given}; leave out one of them")
    if not settings.steps:
        raise InputError("steps needs at least one number")
    for what, options in {
        "method": ("pixels", *onepass.MEANT),
        "init": (*INITIAL, INSTANT),
        "optimizer": NAMES,
        "weights": WEIGHTS,
        "pooling": POOLING,
        "padding": PADDING,
        "precision": PRECISION,
        "content_loss": CONTENT_LOSSES,
        "style_loss": STYLE_LOSSES,
        "gram_normalization": NORMALIZATION,
        "tv": tv.KINDS,
        "tv_scale": tv.SCALE,
        "engine": ENGINES,
    }.items():
        check_choice(what, getattr(settings, what), options)
    if settings.weights == "normalized" and settings.backbone not in LAYERS:
        raise InputError(
            f"weights normalized are there for {' and '.join(LAYERS)}, not for {settings.backbone}"
        )
    if settings.colour is not None:
        check_choice("colour", settings.colour, colour.METHODS)
    check_scale("content", CONTENT_LOSSES, settings.content_loss, settings.content_scale)
    check_scale("style", STYLE_LOSSES, settings.style_loss, settings.style_scale)
    for what, least in {
        "content_weight": 0,
        "style_weight": 0,
        "tv_weight": 0,
        "line_weight": 0,
        "tv_beta": 0.5,
        "average": 0,
        "init_noise": 0,
        "size_ratio": 1.01,
    }.items():
        check_at_least(what, getattr(settings, what), least)
        check_at_most(what, getattr(settings, what), LARGEST_NUMBER)
    if not settings.average < 1:
        raise InputError(f"average must be below 1, not {settings.average:g}")
    if settings.average and settings.optimizer not in LEARNING_RATES:
        raise InputError(f"{settings.optimizer} keeps no average; leave out average")
    if settings.jitter and settings.optimizer not in LEARNING_RATES:
        raise InputError(
            f"{settings.optimizer} needs the same objective at every step; leave out jitter"
        )
    if (rate := settings.learning_rate) is not None and not (
        isinstance(rate, int | float) and 0 < rate < math.inf
    ):
        raise InputError(f"learning_rate must be a number above 0, not {rate!r}")
    if settings.learning_rate is not None and settings.optimizer not in LEARNING_RATES:
        raise InputError(f"{settings.optimizer} finds its own step; leave out learning_rate")
    check_at_most("learning_rate", settings.learning_rate or 0, LARGEST_NUMBER)
    resolved = settings.resolved
    if len(settings.style_layer_weights) not in (0, len(resolved.style_layers)):
        raise InputError(
            f"style_layer_weights has {len(settings.style_layer_weights)} numbers for "
            f"{len(resolved.style_layers)} style layers; give one for each"
        )
    for what in ("style_layer_weights", "blend"):
        shares = getattr(settings, what)
        if shares and not (min(shares) >= 0 < sum(shares) < math.inf):
            raise InputError(f"{what} must be finite numbers, at least 0 and not all 0")
    if not resolved.layers:
        raise InputError("give at least one content layer or style layer")
    if isinstance(settings.tile, int):
        check_tiled(resolved.objective)
    if settings.devices > 1:
        check_devices(settings.devices)
    onepass.check(settings)


def check_sizes(
    settings: Settings, content: tuple[int, int], styles: Sequence[tuple[int, int]]
) -> None:
    """Raise an `InputError` where a picture would be too small for the layers.

    Before anything is resized: `content` and `styles` are heights and widths as given.
    """
    if settings.square:
        content, *styles = [(settings.size, settings.size)] * (1 + len(styles))
    inner, outer = extents(content, settings)
    if too_small(settings.backbone, settings.resolved.layers, *outer):
        check_large_enough("content", *inner, settings.resolved.layers, settings)
    for style in styles:
        fitted = resizing.size_within(*style, settings.style_size or max(inner))
        check_large_enough("style", *fitted, settings.resolved.style_layers, settings)


def check_large_enough(
    name: str, height: int, width: int, layers: tuple[str, ...], settings: Settings
) -> None:
    """Raise an `InputError` for a picture that a layer would see nothing of."""
    if reason := too_small(settings.backbone, layers, height, width):
        raise InputError(
            f"size {max(height, width)} is too small: the {name} picture is {reason}; take a "
            "larger picture or size, or earlier layers"
        )
