"""Settings as keywords of a function: `help` shows each, its default and meaning."""

import ast
import dataclasses
import inspect
import itertools
import textwrap
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from jnst.errors import InputError, check_choice
from jnst.methods.plain import plain

WIDTH = 96
"""Columns of what `help` shows, which it indents by four."""
Function = TypeVar("Function", bound=Callable[..., Any])
"""A function that is decorated."""


def documentation(kind: type) -> dict[str, str]:
    """Return what stands below each field of a dataclass, as one line, by name.

    It is read from the source; where there is none, nothing is returned.
    """
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except (OSError, TypeError, SyntaxError):
        return {}
    found = {}
    for field, below in itertools.pairwise(getattr(definition, "body", ())):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found


def with_keywords(types: type, *kinds: type) -> Callable[[Function], Function]:
    """Return a decorator for a function that takes `**settings: Unpack[types]`.

    It puts the keywords of `types`, a `TypedDict`, into the signature, with the defaults that they
    have as fields of `kinds`, dataclasses; and these with their meaning into the docstring.
    """
    fields = {field.name: (kind, field) for kind in kinds for field in dataclasses.fields(kind)}

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        parameters = [one for one in own.parameters.values() if one.kind is not one.VAR_KEYWORD]
        listed = []
        explained = {kind: documentation(kind) for kind in kinds}
        for name, hint in typing.get_type_hints(types).items():
            kind, field = fields[name]
            keyword = inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hint
            )
            parameters.append(keyword)
            text = f"- `{name}={field.default!r}`: {explained[kind].get(name, '')}"
            listed.append(textwrap.fill(text, WIDTH, subsequent_indent="  "))
        function.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        text = inspect.cleandoc(function.__doc__ or "")
        function.__doc__ = "\n".join([text, "", "Settings, with their defaults:", "", *listed])
        return function

    return decorate


def check_names(function: Callable[..., Any], names: Iterable[str]) -> None:
    """Raise an `InputError` for the first name that is no keyword of a function."""
    parameters = inspect.signature(function).parameters.values()
    known = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
    for name in names:
        check_choice("setting", name, known)


def replaced(settings: Any, keywords: Mapping[str, Any]) -> Any:
    """Return settings with those of the keywords that are fields of theirs in place.

    Where several values are meant, one alone will do. Raises `InputError` for what is no plain
    value, and where True or False is meant; whether a value can be used is not checked.
    """
    hints = typing.get_type_hints(type(settings))
    values = {name: _value(name, hints[name], keywords[name]) for name in keywords if name in hints}
    return dataclasses.replace(settings, **values)


def _value(name: str, hint: Any, given: Any) -> Any:
    value = plain(given)
    if odd := _not_plain(value):
        raise InputError(f"{name} must be a number, a name or several, not {odd[0]}")
    if hint is bool and not isinstance(value, bool):
        raise InputError(f"{name} must be True or False, not {value!r}")
    alone = _is_tuple(hint) and not isinstance(value, tuple | None)
    return (value,) if alone else value


def _not_plain(value: Any) -> list[str]:
    """List the types in a value that are neither numbers, names nor None."""
    if isinstance(value, tuple):
        return [odd for one in value for odd in _not_plain(one)]
    return [] if isinstance(value, str | int | float | None) else [type(value).__name__]


def _is_tuple(hint: Any) -> bool:
    """Tell whether a hint is that of a tuple, or of one that may be None."""
    return tuple in (typing.get_origin(hint), *map(typing.get_origin, typing.get_args(hint)))
