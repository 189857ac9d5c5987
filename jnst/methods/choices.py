"""What there is to choose from: the names that the type of a setting allows."""

import functools
import typing
from collections.abc import Mapping
from typing import Any


def choices(hint: Any) -> tuple[Any, ...]:
    """List the values that a type's Literals allow, also where it may be None or a number besides.

    `Literal["max", "avg"] | None` gives `("max", "avg")`; a type without a Literal gives `()`.
    """
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    return tuple(choice for part in typing.get_args(hint) for choice in choices(part))


@functools.cache
def choices_of(settings: type) -> Mapping[str, tuple[Any, ...]]:
    """Return the choices of each setting that has some, by name, for a dataclass of settings."""
    hints = typing.get_type_hints(settings)
    return {name: found for name, hint in hints.items() if (found := choices(hint))}
