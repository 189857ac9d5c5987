"""What functions for programs return: a picture, or a file, and what is known of its making."""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.pictures import files
from jnst.pictures.files.raster import to_levels
from jnst.pictures.resizing import fit
from jnst.runs.pictures import metadata
from jnst.runs.record import Inputs
from jnst.transfer.settings import Settings

LARGEST = 768
"""Long side, at most, of what a notebook shows: Jupyter lets no more than 3 MB through at once, and
a picture of noise has 4 bytes a pixel."""


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A picture that was painted, and how.

    NumPy and Matplotlib take it for an array, as in `plt.imshow(result)`, and so does whatever
    takes a picture here. A notebook shows it.
    """

    array: Float[np.ndarray, "h w 3"]
    """The picture: float32, RGB in [0, 1], sRGB-encoded."""
    losses: Mapping[str, Float[np.ndarray, " steps"]]
    """The losses at each step: `total`, and the weighted parts that it is the sum of. Empty for
    what was painted in one pass."""
    settings: Settings
    """What it was painted with: those of preset and quality, too."""
    inputs: Inputs | None
    """The paths of the pictures that it was made of; what had none is named by its kind. None for
    what was painted by a method of one's own."""
    alpha: Float[np.ndarray, "h w 1"] | None = None
    """The transparency of the photograph, in [0, 1]; None where all of it is opaque."""

    def save(self, path: str | os.PathLike[str], *, depth: Literal[8, 16] = 8) -> None:
        """Write the picture, with its transparency, and what it was made of.

        `jnst stylize --like` makes it again from that, where it was made of files. What was painted
        by a method of one's own is written without.

        Args:
            path: .png, .jpg, .webp or .tif; what is there is replaced.
            depth: bits for each value; 16 in .png and .tif.

        Raises:
            InputError: as `jnst.write` does.

        """
        options = {} if self.inputs is None else metadata(self.settings, self.inputs)
        alpha = None if self.alpha is None else self.alpha[None]
        files.write(path, self.array, alpha=alpha, depth=depth, **options)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        height, width, _ = self.array.shape
        steps = len(self.losses.get("total", ()))
        return f"<jnst.Result: {width} x {height} pixels{f', {steps} steps' if steps else ''}>"

    def _repr_png_(self) -> bytes:
        """Return what a notebook shows of it: a PNG, made smaller above `LARGEST`."""
        data = io.BytesIO()
        levels = to_levels(fit(self.array[None], LARGEST)[0])
        PIL.Image.fromarray(levels).save(data, "PNG")
        return data.getvalue()


@dataclass(frozen=True)
class Written:
    """A file that was written. It will do wherever a path does."""

    path: Path
    """Where it is."""

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return str(self.path)


def courses(steps: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray]:
    """Return the losses of several steps by name, in float64; NaN where a step had none of it."""
    names = dict.fromkeys(name for one in steps for name in one)
    return {name: np.array([one.get(name, np.nan) for one in steps]) for name in names}


def located(source: files.Source) -> Path:
    """Return the path of a picture; of what has none, its kind, as no file is called.

    So that the picture made of it is not made again of another: `--like` says what is not there.
    """
    if isinstance(source, str | os.PathLike):
        return Path(os.fsdecode(source))
    if isinstance(source, PIL.Image.Image):
        return Path("a PIL image")
    if isinstance(source, bytes) or hasattr(source, "read"):
        return Path("an open file")
    return Path("an array")
