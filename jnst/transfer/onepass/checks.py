"""Checks of the settings of methods that paint in one pass."""

import dataclasses
from collections.abc import Mapping, Sequence

from jnst.errors import InputError, check_at_least, check_at_most, check_choice, unequal
from jnst.transfer.settings import Settings

_OF_THE_PICTURE = ("size", "upscale", "square", "canvas", "margin", "colour")
ALWAYS = frozenset(("method", *_OF_THE_PICTURE, "seed", "engine", "precision", "tile"))
"""Settings that mean something to every method that paints in one pass."""
MEANT: Mapping[str, frozenset[str]] = {
    "ghiasi": ALWAYS | {"strength", "blend"},
    "multistyle": ALWAYS | {"style_number", "blend"},
    "adain": ALWAYS | {"strength", "blend", "style_size"},
    "wct": (ALWAYS - {"tile"}) | {"strength", "blend", "style_size"},
    "microast": ALWAYS | {"strength", "blend", "style_size"},
    "trained": ALWAYS | {"strength", "style_number", "blend", "style_size"},
}
"""By method, the settings that mean something to it; of "trained", to one network or another."""
WITHOUT_PAINTING = ("multistyle", "trained")
"""Methods that take their style from the network, and from no painting."""
DEFAULT = "ghiasi"
"""The method of `quality` instant and `init` instant: its weights come along."""
NUMBERS = tuple(map(str, range(26)))
"""The names of the styles that `multistyle` has."""
_USUAL = Settings()


def called(settings: Settings, *, network: str = "") -> str:
    """Return what messages call the method; of a trained network its file, where that is known.

    "trained" is a word of ours: who gives a network names its file.
    """
    if settings.method != "trained":
        return f"method {settings.method}"
    return network or "a trained network"


def check(settings: Settings, *, asked: str = "") -> None:
    """Raise an `InputError` for settings of one pass that cannot be used, alone or together.

    So for any that is not as by default, and means nothing to the method: it would be ignored.
    `asked` is what chose the method, if that is another setting.
    """
    meant = MEANT.get(settings.method)
    for name in ("strength", "style_number"):
        methods = [method for method, known in MEANT.items() if name in known]
        if settings.method not in methods and getattr(settings, name) != getattr(_USUAL, name):
            raise InputError(
                f"{name} is for method {' or '.join(methods)}, not for {settings.method}; leave it "
                "out"
            )
    if meant is None:
        return
    for field in dataclasses.fields(Settings):
        if field.name not in meant and getattr(settings, field.name) != field.default:
            if field.name == "tile":
                raise InputError(
                    f"method {settings.method} cannot paint in tiles, for its whitening needs "
                    "whole maps; leave out tile"
                )
            raise InputError(
                f"{asked or called(settings)} paints in one pass, to which {field.name} means "
                "nothing; leave it out"
            )
    if settings.strength is not None:
        check_at_least("strength", settings.strength, 0)
        check_at_most("strength", settings.strength, 1)
    if settings.method == "multistyle":
        check_own_styles(settings, NUMBERS)


def check_own_styles(settings: Settings, styles: Sequence[str], *, network: str = "") -> None:
    """Raise an `InputError` for settings that do not go with a network of styles of its own.

    So where the numbers are none of its `styles`, of which those with but one have no names.
    `network` is the file of a trained one.
    """
    numbers, last, name = settings.style_number, len(styles) - 1, called(settings, network=network)
    if settings.colour not in (None, "luminance"):
        raise InputError(
            f"colour {settings.colour} recolours the painting, and {name} has none; take luminance"
        )
    for what in ("strength", "style_size"):
        if getattr(settings, what) is not None:
            raise InputError(
                f"{what} is for networks that take any painting, and {name} has its own style; "
                "leave it out"
            )
    if not styles:
        if numbers or settings.blend:
            raise InputError(
                f"style_number and blend are for networks of several styles, and {name} has one"
            )
        return
    if not (numbers or last or settings.blend):
        return  # there is nothing to choose
    if not numbers:
        named = ", ".join(f"{i} {name}" for i, name in enumerate(styles) if name != str(i))
        raise InputError(
            f"{name} needs style_number, a name or number: {named}"
            if named
            else f"{name} needs style_number, from 0 to {last}"
        )
    for number in numbers:
        number_of(number, styles)
    if len(settings.blend) not in (0, len(numbers)):
        raise InputError(
            f"{unequal('blend', len(settings.blend), len(numbers), 'style')} in style_number; give "
            "one number for each"
        )


def number_of(style: int | str, styles: Sequence[str]) -> int:
    """Return the number of a style, given by number or name; `InputError` for one not there."""
    if isinstance(style, str):
        return styles.index(check_choice("style_number", style, styles))
    if type(style) is not int or not 0 <= style < len(styles):
        raise InputError(f"style_number must be from 0 to {len(styles) - 1}, not {style!r}")
    return style
