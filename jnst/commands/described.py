"""What a command takes, one entry an option, read from its dataclass of options.

From these come help, the checks of words, near names, files of options, and the manual's table:
names, types, defaults and explanations are written down once, in the dataclass. tyro parses by the
same.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tyro

from jnst.methods.choices import choices
from jnst.methods.keywords import documentation

_NAMES = {int: "N", float: "X", str: "NAME", Path: "PATH"}


class Option(NamedTuple):
    """One option, or a picture that is given by position.

    `name` is what is written, without the hyphens; `path` the fields that lead from the options to
    its value; `types` what a value may be (int, float, str, Path, bool), and `choices` the names
    besides.
    """

    name: str
    path: tuple[str, ...]
    types: tuple[type, ...]
    choices: tuple[Any, ...]
    many: bool
    repeated: bool
    none: bool
    positional: bool
    aliases: tuple[str, ...]
    metavar: str
    said: str
    required: bool

    @property
    def field(self) -> str:
        """The name of its field, which files of options have."""
        return self.path[-1]

    @property
    def flag(self) -> bool:
        """Whether it takes no value, but may have `no-` before its name."""
        return self.types == (bool,)

    def value(self, options: Any) -> Any:
        """Return its value among a command's options."""
        return functools.reduce(getattr, self.path, options)


@functools.cache
def described(options: type) -> tuple[Option, ...]:
    """List all that a dataclass of options has, in order; what is given by position comes first."""
    found = list(_walk(options, ()))
    return tuple(sorted(found, key=lambda one: not one.positional))


def _walk(options: type, path: tuple[str, ...]) -> Iterator[Option]:
    hints = typing.get_type_hints(options, include_extras=True)
    said = documentation(options)
    for field in dataclasses.fields(options):
        hint, *marks = _parts(hints[field.name])
        here = (*path, field.name)
        if dataclasses.is_dataclass(hint):
            yield from _walk(typing.cast(type, hint), here)
        else:
            yield _option(here, hint, marks, said.get(field.name, ""), field)


def _parts(hint: Any) -> tuple[Any, ...]:
    """Return a type and what it is annotated with."""
    return typing.get_args(hint) if typing.get_origin(hint) is Annotated else (hint,)


def _option(
    path: tuple[str, ...], hint: Any, marks: list[Any], said: str, field: dataclasses.Field
) -> Option:
    told = next((mark for mark in marks if hasattr(mark, "metavar")), None)
    several = any(typing.get_origin(part) is tuple for part in (hint, *_members(hint)))
    repeated = tyro.conf.UseAppendAction in marks
    kinds = tuple(kind for kind in _leaves(hint) if kind is not type(None))
    named = choices(hint)
    metavar = getattr(told, "metavar", None) or _metavar(kinds, named)
    many = several and not repeated
    return Option(
        name=(getattr(told, "name", None) or path[-1]).replace("_", "-"),
        path=path,
        types=kinds,
        choices=named,
        many=many,
        repeated=repeated,
        none=type(None) in _leaves(hint),
        positional=tyro.conf.Positional in marks,
        aliases=tuple(getattr(told, "aliases", None) or ()),
        metavar=f"{metavar}..." if many and not metavar.endswith("...") else metavar,
        said=said,
        required=field.default is field.default_factory is dataclasses.MISSING,
    )


def _members(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else ()


def _leaves(hint: Any) -> list[type]:
    """List the plain types in a type, in order: of `tuple[int | str, ...] | None`, three."""
    if isinstance(hint, type) and not typing.get_args(hint):
        return [hint]
    if typing.get_origin(hint) is typing.Literal:
        return []
    parts = [part for part in typing.get_args(hint) if part is not Ellipsis]
    return list(dict.fromkeys(leaf for part in parts for leaf in _leaves(part)))


def _metavar(kinds: tuple[type, ...], named: tuple[Any, ...]) -> str:
    words = [*(_NAMES[kind] for kind in kinds if kind in _NAMES), *map(str, named)]
    short = "|".join(words)
    return short if len(short) <= 24 else "NAME"
