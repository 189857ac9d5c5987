"""Messages about settings, with the settings as they are typed: `--content-weight`.

Whatever raises an `InputError` calls a setting by its keyword in Python. The command line shows the
same sentence, in which the names of its options have hyphens.
"""

import re
from collections.abc import Sequence

from jnst.commands.described import Option

_SAYING = "must|has|needs?|is|are|means?|goes|and|takes?"
_ASKING = r"(?:leave out|to which|cannot do|at least)(?: \S+?,?(?: or| and)?)?"
_LEADING = "take|choose|do|which|and"
_END = r"(?=[;,.]|$| (?:or|and|means)\b)"
_PLAIN = ("method",)
"""Options whose values messages name where another option, or a file, has chosen them."""


def as_typed(message: str, options: Sequence[Option]) -> str:
    """Return a message with the names of settings as the options that they are.

    So are names of several words, wherever they stand. A name of one word may be a word like any
    other. It counts where a message begins with it and says something of it, where a value of it is
    to be taken or chosen, and where it is to be left out. What is said of a table is left as it is:
    its columns have names without hyphens.
    """
    if re.search(r"\b(column|table)\b", message):
        return message
    for one in options:
        if one.positional:
            continue
        name, option = re.escape(one.field), f"--{one.name}"
        if "_" in one.field:
            message = re.sub(rf"(?<![\w'\"./-]){name}(\[\d+\])?(?![\w'\"./-])", option, message)
            continue
        message = re.sub(rf"^{name}(\[\d+\])? (?={_SAYING}\b)", f"{option} ", message)
        message = re.sub(rf"\band {name} (?=are\b)", f"and {option} ", message)
        message = re.sub(rf"\b({_ASKING}) {name}{_END}", rf"\1 {option}", message)
        if one.field not in _PLAIN and (values := _values(one)):
            valued = rf"(^|\b(?:{_LEADING}) ){name} (?=(?:{values})(?![\w.-]))"
            message = re.sub(valued, rf"\1{option} ", message)
    return message


def _values(option: Option) -> str:
    """Return a pattern of the values that an option may have; "" where they may be any word."""
    numbers = [r"-?\d[\d.e+-]*"] if {int, float} & {*option.types} else []
    return "|".join([*(re.escape(str(one)) for one in option.choices), *numbers])
