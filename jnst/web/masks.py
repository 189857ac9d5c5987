"""Places of paintings, as they are drawn on the photograph: white where a painting goes."""

from collections.abc import Sequence

import numpy as np

from jnst.errors import InputError
from jnst.pictures import files, regions, resizing
from jnst.web.names import label
from jnst.web.records import Given
from jnst.web.store import Store

SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""The first bytes of a PNG: masks are given as such, and so they are given back."""


def keep(store: Store, data: bytes, name: str) -> Given:
    """Keep a mask; raise `InputError` for one that is no PNG, or black all over."""
    if not data.startswith(SIGNATURE):
        raise InputError(f"cannot read {label(name)!r} as a mask: it is no PNG")
    return store.add_picture(data, name, check=regions.read, mask=True)


def completed(masks: Sequence[str | None]) -> list[files.Source]:
    """Return a mask for each painting, by the files of those that were drawn.

    None at all where none was drawn. Else those without share what the others leave of the picture.

    Raises `InputError` where nothing is left for them.
    """
    if not any(masks):
        return []
    drawn = {path: regions.read(path) for path in masks if path is not None}
    height, width = next(iter(drawn.values())).shape[1:3]
    rest = np.ones((1, height, width, 1), np.float32)
    for mask in drawn.values():
        rest = (rest - resizing.resize_mask(mask, height, width)).clip(0, 1)
    if None in masks and rest.max() < regions.FAINT:
        raise InputError(
            "style: the places that are drawn cover the whole photograph, and nothing is left for "
            f"painting {masks.index(None) + 1}; draw a place for it, too, or remove it"
        )
    return [rest[0, ..., 0] if path is None else path for path in masks]
