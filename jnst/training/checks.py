"""Checks of the settings of a training, alone and together."""

from jnst.errors import InputError, check_at_least, check_choice
from jnst.feedforward import trainable
from jnst.training.settings import Settings, check_numbers
from jnst.transfer import checks
from jnst.transfer.sizes import check_large_enough


def check(settings: Settings, *, styles: int) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    given = tuple(map(str, range(styles)))
    design = trainable.check(trainable.Design(settings.network, settings.width, given))
    alone = ["all", *trainable.parts(design)]
    check_choice(f"learned of network {settings.network}", settings.learned, alone)
    check_numbers(settings)
    network = trainable.network(design)
    if settings.crop % (multiple := max(4, network.multiple)):
        raise InputError(f"crop must be a multiple of {multiple}, not {settings.crop}")
    check_at_least(f"crop for {settings.network}", settings.crop, network.least)
    for name in ("photo_size", *(["style_size"] if design.any_style else [])):
        if (size := getattr(settings, name)) is not None and size < settings.crop:
            raise InputError(f"{name} must be at least crop, {settings.crop}, not {size}")
    checks.check(settings.losses)
    layers = settings.losses.resolved.layers
    check_large_enough("photograph", settings.crop, settings.crop, layers, settings.losses)
