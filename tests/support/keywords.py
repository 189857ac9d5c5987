"""What a `TypedDict` of keywords is to say of the fields of settings."""

import typing
from collections.abc import Sequence


def as_keyword(hint):
    """Return the type of a field as that of a keyword: where several are meant, one will do."""
    parts = typing.get_args(hint) if type(None) in typing.get_args(hint) else (hint,)
    if tuple not in map(typing.get_origin, parts):
        return hint
    found = type(None) if type(None) in parts else None
    for part in parts:
        if typing.get_origin(part) is tuple:
            one, _ = typing.get_args(part)
            found = one | Sequence[one] | (found or one)
    return found


def expected(*kinds, besides=()):
    """Return the types of all fields of settings, by name, as a `TypedDict` is to have them."""
    hints = {name: hint for kind in kinds for name, hint in typing.get_type_hints(kind).items()}
    return {name: as_keyword(hint) for name, hint in hints.items() if name not in besides}
