"""Checks of settings, alone and together.

What a value by itself says is checked without JAX, so that the command line answers at once, and
names of layers too. Scales of losses and numbers of devices need the modules that have them, which
are imported where a setting is not as by default.
"""

import math
from collections import Counter
from collections.abc import Sequence

from jnst.errors import InputError, check_at_least, check_at_most, check_choice, unequal
from jnst.methods.choices import choices_of
from jnst.transfer.onepass import checks as onepass
from jnst.transfer.settings import Settings

LARGEST_SIDE = 65_535
"""Pixels; JPEG's limit."""
MOST = {"history": 1000, "devices": 1000, "margin": 1000, "jitter": 16}
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
NORMALIZED = ("vgg16", "vgg19")
"""The networks that have normalized weights."""
OPTIONAL = ("colour", "first_optimizer")
"""Choices that may be left open."""
WITH_RATE = ("lbfgs", "adam", "sgd")
"""The optimizers that take a learning rate, an average, and another objective at every step."""


def check(settings: Settings, *, asked: str = "") -> None:
    """Raise an `InputError` that names the first setting which cannot be used.

    `asked` is what chose the method, if that is another setting.
    """
    for what, (kind, names) in LISTS.items():
        given = getattr(settings, what)
        if given is None and kind is str:
            continue
        if not isinstance(given, tuple | list):
            raise InputError(f"{what} must be a tuple, as ({given!r},), not {given!r}")
        if odd := [one for one in given if not isinstance(one, kind)]:
            raise InputError(f"{what} must be {names}, not {odd[0]!r}")
    for what, options in choices_of(Settings).items():
        given = getattr(settings, what)
        if what != "tile" and not (what in OPTIONAL and given is None):
            check_choice(what, given, options)
    for what in ("content_layers", "style_layers"):
        if chosen := getattr(settings, what):
            _check_layers(what, chosen, settings)
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
    if settings.weights == "normalized" and settings.backbone not in NORMALIZED:
        names = " and ".join(NORMALIZED)
        raise InputError(f"weights normalized are there for {names}, not for {settings.backbone}")
    _check_scales(settings)
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
    if settings.average and settings.optimizer not in WITH_RATE:
        raise InputError(f"{settings.optimizer} keeps no average; leave out average")
    if settings.jitter and settings.optimizer not in WITH_RATE:
        raise InputError(
            f"{settings.optimizer} needs the same objective at every step; leave out jitter"
        )
    if (rate := settings.learning_rate) is not None and not (
        isinstance(rate, int | float) and 0 < rate < math.inf
    ):
        raise InputError(f"learning_rate must be a number above 0, not {rate!r}")
    if settings.learning_rate is not None and settings.optimizer not in WITH_RATE:
        raise InputError(f"{settings.optimizer} finds its own step; leave out learning_rate")
    check_at_most("learning_rate", settings.learning_rate or 0, LARGEST_NUMBER)
    if settings.style_layer_weights:
        count = len(_style_layers(settings))
        if len(settings.style_layer_weights) != count:
            raise InputError(
                unequal(
                    "style_layer_weights", len(settings.style_layer_weights), count, "style layer"
                )
                + "; give one for each"
            )
    for what in ("style_layer_weights", "blend"):
        shares = getattr(settings, what)
        if shares and not (min(shares) >= 0 < sum(shares) < math.inf):
            raise InputError(f"{what} must be finite numbers, at least 0 and not all 0")
    if settings.content_layers == () == settings.style_layers:
        raise InputError("give at least one content layer or style layer")
    if isinstance(settings.tile, int):
        from jnst.engines.build import check_tiled

        check_tiled(settings.resolved.objective)
    if settings.devices > 1:
        from jnst.engines.sharding import check_devices

        check_devices(settings.devices)
    onepass.check(settings, asked=asked)


def check_blend(settings: Settings, count: int, *, called: str = "painting") -> None:
    """Raise an `InputError` where `blend` is given, and has not one number for each style.

    `called` is what a style is to the user: a painting, or a style of a network.
    """
    given = len(settings.blend)
    if given not in (0, count):
        raise InputError(
            f"{unequal('blend', given, count, called)}; give one number for each {called}"
        )


def _check_layers(what: str, chosen: Sequence[str], settings: Settings) -> None:
    from jnst.backbones.checks import check_layers

    check_layers(settings.backbone, chosen)
    if twice := [layer for layer, count in Counter(chosen).items() if count > 1]:
        raise InputError(f"{what} names a layer twice: {twice[0]}")


def _style_layers(settings: Settings) -> Sequence[str]:
    from jnst.backbones.tables import BACKBONES

    suiting, chosen = BACKBONES[settings.backbone].style, settings.style_layers
    return suiting if chosen is None else chosen


def _check_scales(settings: Settings) -> None:
    """Raise an `InputError` for a scale that a loss does not have; those of the default it has."""
    usual = Settings()
    names = ("content_loss", "content_scale", "style_loss", "style_scale")
    if all(getattr(settings, name) == getattr(usual, name) for name in names):
        return
    from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES, check_scale

    check_scale("content", CONTENT_LOSSES, settings.content_loss, settings.content_scale)
    check_scale("style", STYLE_LOSSES, settings.style_loss, settings.style_scale)
