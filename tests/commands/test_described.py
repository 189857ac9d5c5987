"""Options, read from the dataclasses that have them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

import jnst.cli
from jnst.commands.described import described
from jnst.commands.options import stylize, sweep


@dataclass(frozen=True)
class Toy:
    """A toy."""

    first: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="FIRST")] = None
    """The first, in two
    lines."""
    begin: Annotated[float, tyro.conf.arg(name="from", aliases=["-f"])] = 0.5
    many_things: tuple[int | str, ...] = ()
    """Many things."""
    which: int | Literal["auto", "off"] = "auto"
    no: bool = False


def test_each_kind_of_option_is_read():
    first, begin, many, which, no = described(Toy)
    assert (first.positional, first.metavar, first.said) == (
        True,
        "FIRST",
        "The first, in two lines.",
    )
    assert (first.types, first.none, first.many) == ((Path,), True, False)
    assert (begin.name, begin.field, begin.aliases) == ("from", "begin", ("-f",))
    assert (begin.types, begin.said, begin.metavar) == ((float,), "", "X")
    assert (many.name, many.types, many.many) == ("many-things", (int, str), True)
    assert many.metavar == "N|NAME..."
    assert (which.types, which.choices, which.metavar) == ((int,), ("auto", "off"), "N|auto|off")
    assert no.flag
    assert begin.value(Toy()) == 0.5


def test_options_within_options_are_found_and_what_is_repeated_is_known():
    has = {one.name: one for one in described(stylize.Options) if not one.positional}
    assert has["checkpoint"].path == ("result", "keep", "checkpoint")
    assert has["checkpoint"].value(stylize.Options()) is None
    (vary,) = (one for one in described(sweep.Options) if one.name == "vary")
    assert (vary.repeated, vary.many) == (True, False)


def test_every_option_of_every_command_is_explained():
    for name, module in jnst.cli.COMMANDS.items():
        if name != "weights":
            assert [one.name for one in described(module.Options) if not one.said] == []
