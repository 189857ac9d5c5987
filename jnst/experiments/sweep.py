"""Grids of settings: every combination of some values, painted one after the other.

Cells that need the same program share it: engines and compiled steps are kept by what shapes them,
and weights, targets and pictures are arguments. So a grid compiles once for each size and each
choice of losses or optimizer, not once a cell. (Batching cells with `vmap` was measured on 2 CPU
cores: 1.36 times as fast at 128 pixels with Gram matrices, level at 256, slower with Wasserstein-2.
So they run in turn.)
"""

import dataclasses
import itertools
import time
import typing
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from jnst.arrays import Picture
from jnst.errors import InputError, check_choice
from jnst.methods.contract import Method
from jnst.runs.record import Inputs
from jnst.transfer.checks import check
from jnst.transfer.methods import METHODS
from jnst.transfer.pictures import Pictures
from jnst.transfer.presets import preset
from jnst.transfer.settings import Settings


class Cell(NamedTuple):
    """One combination: values by name, as written, the settings they make, and the pictures."""

    choices: Mapping[str, str]
    settings: Settings
    inputs: Inputs = Inputs()

    @property
    def label(self) -> str:
        """The choices as one line."""
        return ", ".join(f"{name} {value}" for name, value in self.choices.items())


class PaintedCell(NamedTuple):
    """A painted cell. `course` has (seconds since the first evaluation, total) for each one."""

    cell: Cell
    picture: Picture
    course: Sequence[tuple[float, float]]
    total: float
    parts: Mapping[str, float]
    seconds: float


def parse(words: str) -> tuple[str, list[str]]:
    """Split `name=a,b,c`; the parts of a list are joined by +, as in `relu1_1+relu2_1`.

    Raises `InputError` for an unknown name, or no value.
    """
    name, _, values = words.partition("=")
    names = [field.name for field in dataclasses.fields(Settings)]
    check_choice("setting to vary", name.strip().replace("-", "_"), ["preset", *names])
    found = [value.strip() for value in values.split(",")]
    if not all(found):
        raise InputError(f"--vary {words} has an empty value; write it as name=a,b,c")
    return name.strip().replace("-", "_"), found


def cells(
    base: Settings,
    variations: Sequence[tuple[str, Sequence[str]]],
    *,
    inputs: Inputs = Inputs(),  # noqa: B008 (frozen)
) -> list[Cell]:
    """Combine all values of all variations, for the same pictures; the last one changes fastest.

    A `preset` replaces all of `base`, the other variations apply to it.

    Raises:
        InputError: for a value of the wrong type, or settings that cannot be used: before any
            picture is painted.

    """
    if len({name for name, _ in variations}) < len(variations):
        raise InputError("a setting is varied twice; give all its values to one --vary")
    hints = typing.get_type_hints(Settings)
    found = []
    for values in itertools.product(*(values for _, values in variations)):
        choices = dict(zip((name for name, _ in variations), values, strict=True))
        settings = preset(choices["preset"]) if "preset" in choices else base
        changed = {
            name: _value(name, value, hints[name])
            for name, value in choices.items()
            if name != "preset"
        }
        settings = dataclasses.replace(settings, **changed)
        try:
            check(settings)
        except InputError as error:
            label = Cell(choices, settings).label
            raise InputError(f"{label}: {error}" if label else str(error)) from None
        found.append(Cell(choices, settings, inputs))
    return found


def _value(name: str, value: str, hint: object) -> object:
    if typing.get_origin(hint) is typing.Literal:
        return check_choice(name, value, typing.get_args(hint))
    kinds = (hint, *typing.get_args(hint))  # a tuple, or a tuple or None
    several = any(typing.get_origin(kind) is tuple for kind in kinds)
    parts = value.split("+") if several else value
    try:
        return msgspec.convert(parts, hint, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"{name} cannot be {value!r}: {error}") from None


def run(cell: Cell, pictures: Pictures, *, method: Method | None = None) -> PaintedCell:
    """Paint one cell, by its settings' method or another.

    Raises `InputError` for pictures that cannot be used.
    """
    started = time.perf_counter()
    seconds, totals, last = [], [], None
    plan = (method or METHODS[cell.settings.method]).plan(pictures, cell.settings)
    for last in plan.steps():
        seconds.append(time.perf_counter() - started)
        totals.append(last.total)
    assert last is not None  # `check` wants at least one step
    return PaintedCell(
        cell=cell,
        picture=plan.result(last.best),
        course=[(s - seconds[0], total) for s, total in zip(seconds, totals, strict=True)],
        total=last.best_total,
        parts=last.parts,
        seconds=seconds[-1],
    )
