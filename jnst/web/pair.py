"""The pictures of a run: those that were chosen, or the built-in pair."""

import io
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import PIL.Image

from jnst.errors import InputError
from jnst.pictures import samples
from jnst.runs.record import Inputs
from jnst.web import tries
from jnst.web.records import Given, Painting
from jnst.web.store import Store

MOST = 8
"""Paintings of a run."""
WEIGHTS = (0.01, 100.0)
"""The least and the most that a painting counts."""


class Chosen(NamedTuple):
    """The pictures of a run, and for each painting its weight and its mask."""

    content: Given
    styles: list[Given]
    weights: list[float]
    masks: list[Given | None]


def built_in(store: Store) -> dict[str, Given]:
    """Give the store the built-in pair, unless it has it; return it as `content` and `style`."""
    there = {one.name: one for one in store.pictures.copy().values() if one.sample}
    if samples.CONTENT not in there:
        photograph = io.BytesIO()
        PIL.Image.fromarray(samples.content()).save(photograph, "PNG")
        added = store.add_picture(photograph.getvalue(), samples.CONTENT, sample=True)
        there[samples.CONTENT] = added
    return {"content": there[samples.CONTENT], "style": tries.give(store, tries.SAMPLE, b"")}


def chosen(store: Store, content: str, paintings: Sequence[Painting]) -> Chosen:
    """Return a run's pictures by their IDs, the first of which may be a film.

    Raises `InputError` where one is no longer there, a painting is a film or counts too much or
    too little, and where there are none, or too many.
    """
    if not 1 <= len(paintings) <= MOST:
        raise InputError(f"style: there may be 1 to {MOST} paintings, not {len(paintings)}")
    missing = "the picture is no longer there; choose it again"
    if content not in store.pictures:
        raise InputError(f"content: {missing}")
    styles, masks, (least, most) = [], [], WEIGHTS
    for one in paintings:
        if one.picture not in store.pictures:
            raise InputError(f"style: {missing}")
        style = store.pictures[one.picture]
        mask = None if one.mask is None else store.pictures.get(one.mask)
        if style.film is not None:
            raise InputError("style: it is a film; choose a picture")
        if one.mask is not None and (mask is None or not mask.mask):
            raise InputError(f"style: the mask of {style.name!r} is no longer there; draw it again")
        if not least <= one.weight <= most:  # nor is anything that is no number
            raise InputError(f"style: a weight must be from {least:g} to {most:g}")
        styles.append(style)
        masks.append(mask)
    tries.check_alike(styles)
    return Chosen(store.pictures[content], styles, [one.weight for one in paintings], masks)


def blend(pictures: Chosen) -> tuple[float, ...]:
    """Return what `blend` is to be: nothing where all paintings count alike.

    Those without a mask share what the masks leave, as several without any share the whole.
    """
    weights, without = pictures.weights, pictures.masks.count(None)
    if any(pictures.masks):
        pairs = zip(weights, pictures.masks, strict=True)
        weights = [weight if mask else weight / without for weight, mask in pairs]
    return tuple(weights) if len(set(weights)) > 1 else ()


def inputs(pictures: Chosen) -> Inputs:
    """Name the pictures for the metadata, as the command line would: each sample by nothing.

    But for the sample painting among others. Masks are named after the photograph.
    """
    content, styles = pictures.content, pictures.styles
    paths = tuple(pathlib.Path(one.name) for one in styles)
    if styles[0].named:
        paths = (pathlib.Path(tries.NETWORK),)
    elif len(styles) == 1 and styles[0].sample and styles[0].name == tries.SAMPLE:
        paths = ()
    is_sample = content.sample and content.name == samples.CONTENT
    stem, masked = pathlib.Path(content.name).stem, any(pictures.masks)
    return Inputs(
        None if is_sample else pathlib.Path(content.name),
        paths,
        tuple(pathlib.Path(f"{stem}-mask-{k + 1}.png") for k in range(len(styles)) if masked),
    )
