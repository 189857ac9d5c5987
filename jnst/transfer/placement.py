"""The places of styles in the picture, by masks or label pictures."""

from collections.abc import Sequence
from typing import NamedTuple

from jnst.errors import InputError, counted, there_are
from jnst.pictures import files, regions


class Placed(NamedTuple):
    """The number of a style, and where it goes: how much of the picture that is, and which part.

    Regions of the content have their own area, and a style in them pulls at a pixel as hard as one
    that fills the picture; several styles in the same place divide it.
    """

    style: int
    area: float
    region: regions.Mask | None = None
    style_region: regions.Mask | None = None


def place(
    styles: int,
    *,
    masks: Sequence[files.Source],
    style_masks: Sequence[files.Source],
    labels: files.Source | None,
    style_labels: Sequence[files.Source],
    called: str = "style",
) -> list[Placed]:
    """Place so many styles by masks or labels; where there are neither, everywhere.

    `called` is what messages call a style: a painting, where they are pictures.

    Raises `InputError` where these do not go together, and as `masked` and `labelled` do.
    """
    if labels is not None and masks:
        raise InputError("give masks or a label picture, not both")
    for what, given, needed in (
        ("style_masks", style_masks, masks),
        ("style_labels", style_labels, labels is not None),
    ):
        if given and not needed:
            raise InputError(f"{what} need {what.removeprefix('style_')} of the content picture")
    if labels is not None:
        return labelled(styles, labels, style_labels, called=called)
    if masks:
        return masked(styles, masks, style_masks, called=called)
    return [Placed(k, 1 / styles) for k in range(styles)]


def masked(
    styles: int,
    masks: Sequence[files.Source],
    style_masks: Sequence[files.Source],
    *,
    called: str = "style",
) -> list[Placed]:
    """Place styles by masks: the k-th into the k-th region.

    A single one goes into all of several only by their `style_masks`, from a part of it for each:
    without these a second one was forgotten.

    Raises `InputError` where their numbers do not match, and for masks that cannot be read.
    """
    if styles != len(masks) and not (styles == 1 and style_masks):
        raise InputError(
            f"{there_are(len(masks), 'mask')}, but {counted(styles, called)}; give one {called} "
            "for each mask"
        )
    if len(style_masks) not in (0, len(masks)):
        raise InputError(
            f"{there_are(len(style_masks), 'style mask')}, but {counted(len(masks), 'mask')}; give "
            "as many"
        )
    origins = [regions.read(source) for source in style_masks] or [None] * len(masks)
    found = [regions.read(mask) for mask in masks]
    return [
        Placed(k if styles > 1 else 0, float(mask.mean()), mask, origin)
        for k, (mask, origin) in enumerate(zip(found, origins, strict=True))
    ]


def labelled(
    styles: int,
    labels: files.Source,
    style_labels: Sequence[files.Source],
    *,
    called: str = "style",
) -> list[Placed]:
    """Place styles by label pictures: like colours go together, or by number, dark to light.

    Raises `InputError` where their numbers do not match, and for label pictures that do not fit.
    """
    if len(style_labels) not in (0, styles):
        raise InputError(
            f"{there_are(len(style_labels), 'style label picture')}, but "
            f"{counted(styles, called)}; give one for each"
        )
    found = regions.labels(labels, style_labels)
    if not style_labels and len(found) != styles:
        raise InputError(
            f"{there_are(len(found), 'colour')} in the label picture, but "
            f"{counted(styles, called)}; give a {called} for each colour, or style_labels, a label "
            f"picture for each {called}"
        )
    placed = []
    for number, (mask, origins) in enumerate(found):
        there = [k for k, origin in enumerate(origins) if origin is not None] or [number]
        area = float(mask.mean()) / len(there)
        placed += [Placed(k, area, mask, origins[k] if origins else None) for k in there]
    return placed
