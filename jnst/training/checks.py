"""Checks of the settings of a training, alone and together."""

import typing

from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.feedforward import trainable
from jnst.training.settings import Decay, Settings
from jnst.transfer import checks
from jnst.transfer.sizes import check_large_enough

MOST = {"crop": 4096, "photo_size": 4096, "style_size": 4096, "batch": 1024, "steps": 10_000_000}
"""The most that these settings may be."""


def check(settings: Settings, *, styles: int) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    given = tuple(map(str, range(styles)))
    design = trainable.check(trainable.Design(settings.network, settings.width, given))
    alone = ["all", *trainable.parts(design)]
    check_choice(f"learned of network {settings.network}", settings.learned, alone)
    check_at_least("pixel_weight", settings.pixel_weight, 0)
    check_choice("decay", settings.decay, typing.get_args(Decay))
    if not (settings.pixel_weight or settings.content_weight or settings.style_weight):
        raise InputError("content_weight, style_weight and pixel_weight are all 0")
    for name, most in MOST.items():
        number = getattr(settings, name)
        if number is None:
            continue
        if type(number) is not int:
            raise InputError(f"{name} must be a whole number, not {number!r}")
        check_at_most(name, check_at_least(name, number, 16 if most == 4096 else 1), most)
    network = trainable.network(design)
    if settings.crop % (multiple := max(4, network.multiple)):
        raise InputError(f"crop must be a multiple of {multiple}, not {settings.crop}")
    check_at_least(f"crop for {settings.network}", settings.crop, network.least)
    for name in ("photo_size", *(["style_size"] if design.any_style else [])):
        if (size := getattr(settings, name)) is not None and size < settings.crop:
            raise InputError(f"{name} must be at least crop, {settings.crop}, not {size}")
    check_at_most("average", check_at_least("average", settings.average, 0), 0.99999)
    if not settings.learning_rate > 0:
        raise InputError(f"learning_rate must be above 0, not {settings.learning_rate!r}")
    checks.check(settings.losses)
    layers = settings.losses.resolved.layers
    check_large_enough("photograph", settings.crop, settings.crop, layers, settings.losses)
