"""The arrays that travel through the package, and the one error that bad input raises.

Everything that a user can get wrong ends as an `InputError` with one line: what was wrong, what is
allowed. The command line prints that line and leaves with status 2.
"""

from collections.abc import Iterable, Mapping

import jax
import numpy as np
from jaxtyping import Float

Array = jax.Array | np.ndarray
"""An array of JAX or of NumPy."""
Scalar = Float[Array, ""]
"""A single number, as an array without axes."""
Image = Float[Array, "1 h w 3"]
"""A picture: sRGB-encoded RGB in [0, 1], channels last, with a batch axis of one."""
Picture = Float[np.ndarray, "1 h w 3"]
"""The same as NumPy holds it: what comes from files, and what has been resized."""
AnyPicture = Float[np.ndarray, "1 _ _ 3"]
"""One of several pictures, each of its own size."""
FeatureMap = Float[Array, "1 h w c"]
"""What one layer of a network makes of a picture: `c` channels at `h` x `w` positions."""
Region = Float[Array, "1 h w 1"]
"""How much each position of a map counts; the mean is 1."""
Features = dict[str, Float[Array, "1 _ _ _"]]
"""Feature maps by layer name."""
Params = Mapping[str, Mapping[str, Array]]
"""Network weights: `params["conv1_1"]["kernel"]` (HWIO), `["bias"]`; `params["input"]["mean"]`."""


LONGEST = 2000
"""Characters of a message that are printed."""


class InputError(ValueError):
    """Input that cannot be used. The message is one line: what was wrong, what is allowed."""


def printable(text: object) -> str:
    """Return a message as one line that no terminal obeys: what is no character, as an escape.

    Messages quote names out of files, and those may hold anything, of any length.
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text)[:LONGEST])


def check_choice(what: str, value: str, options: Iterable[str]) -> str:
    """Return `value` if it is among `options`; else raise an `InputError` that lists them."""
    options = tuple(options)
    if value not in options:
        raise InputError(f"unknown {what} {value!r}; choose from {', '.join(options)}")
    return value


def check_at_least(what: str, value: float | int, least: float | int) -> float | int:
    """Return `value` if it is a finite number >= `least`; else raise an `InputError`."""
    if not (isinstance(value, int | float) and least <= value < np.inf):
        raise InputError(f"{what} must be a number of at least {least:g}, not {value!r}")
    return value


def check_at_most(what: str, value: float | int, most: float | int) -> float | int:
    """Return `value` if it is <= `most`; else raise an `InputError`."""
    if value > most:
        raise InputError(f"{what} must be at most {most:g}, not {value!r:.40}")
    return value


def to_levels(values: Array, *, depth: int = 8) -> np.ndarray:
    """Return values in [0, 1] as the levels of a file of 8 or 16 bits, rounded half to even.

    uint8 or uint16, of the same shape; values outside are clipped.
    """
    peak = 2**depth - 1
    return np.rint(np.clip(np.asarray(values), 0, 1) * np.float32(peak)).astype(f"uint{depth}")
