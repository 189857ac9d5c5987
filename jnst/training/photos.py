"""Photographs to train on: found in folders, cut at random, shuffled, and put into batches.

By grain: which photographs a batch has, and where they are cut, follows from a seed and the number
of the step alone, so a training that goes on sees what it would have seen.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import grain
import numpy as np
from jaxtyping import Float

from jnst.errors import InputError
from jnst.pictures import files, resizing

Batch = Float[np.ndarray, "b {side} {side} c"]
"""Photographs of one size, RGB in [0, 1]; with six channels each has another picture behind it."""


def find(folder: Path) -> list[Path]:
    """List the pictures in a folder and in those within it, by their suffixes, in order.

    Raises `InputError` where there are none.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r} of pictures")
    known = files.suffixes()
    found = [
        Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(known) and not name.startswith(".")
    ]
    if not found:
        raise InputError(f"the folder {str(folder)!r} holds no pictures ({' '.join(known)})")
    return sorted(found)


def beside(paths: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """Return, for each photograph, the picture of its name in another folder.

    The picture of `a.jpg` is `a` with any suffix; or `a-` and more, as a batch names what it paints
    in a style. Raises `InputError` for a photograph that has none, or several.
    """
    exact: dict[str, list[Path]] = {}
    longer: dict[str, list[Path]] = {}
    for one in find(folder):
        exact.setdefault(one.stem, []).append(one)
        for dash in re.finditer("-", one.stem):
            longer.setdefault(one.stem[: dash.start()], []).append(one)
    found = {}
    for path in paths:
        several = exact.get(path.stem) or longer.get(path.stem, [])
        if len(several) != 1:
            raise InputError(
                f"the folder {str(folder)!r} has {len(several) or 'no'} picture"
                f"{'s' if several else ''} of {path.name}; there must be one"
            )
        found[path] = several[0]
    if len(set(found.values())) < len(found):
        raise InputError(f"several photographs have one picture in {str(folder)!r}")
    return found


class Photos:
    """The photographs of some files, by number; `broken` holds the reason of each that has none.

    One that cannot be read is replaced by the next that can. Without a `size`, a photograph keeps
    its own; its short side is `side` pixels at least. `others` has a picture for each, which goes
    along with it, as three more channels.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        side: int,
        size: int | None,
        others: Mapping[Path, Path] | None = None,
    ) -> None:
        self.paths, self.side, self.size = list(paths), side, size
        self.others = others
        self.broken: dict[Path, str] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> np.ndarray:
        """Read a photograph, [h, w, c].

        Raises `InputError` where none can be read.
        """
        for i in range(len(self.paths)):
            path = self.paths[(index + i) % len(self.paths)]
            if path in self.broken:
                continue
            try:
                pictures = [files.read(path)]
                if self.others is not None:
                    pictures.append(files.read(self.others[path]))
            except InputError as error:
                self.broken[path] = str(error)
                continue
            sides = self._sides(*pictures[0].shape[1:3])
            resized = [resizing.resize(picture, *sides)[0] for picture in pictures]
            return np.concatenate(resized, axis=-1, dtype=np.float32)
        path, reason = next(iter(self.broken.items()))
        raise InputError(f"none of {len(self.paths)} photographs can be read; {path}: {reason}")

    def _sides(self, height: int, width: int) -> tuple[int, int]:
        short = min(height, width)
        wanted = max(self.side, short if self.size is None else self.size)
        height, width = (max(self.side, round(side * wanted / short)) for side in (height, width))
        return height, width


def batches(photos: Photos, *, count: int, seed: int) -> grain.DatasetIterator[np.ndarray]:
    """Return an endless iterator over batches of `count` photographs.

    All photographs come before any comes again, each time in another order.
    """

    def cut(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        top, left = (int(rng.integers(0, n - photos.side + 1)) for n in picture.shape[:2])
        return picture[top : top + photos.side, left : left + photos.side]

    dataset = grain.MapDataset.source(photos).seed(seed).shuffle().repeat()
    dataset = dataset.random_map(cut).batch(count, drop_remainder=True)
    options = grain.ReadOptions(num_threads=2, prefetch_buffer_size=4)
    return iter(dataset.to_iter_dataset(options))
