"""The places of styles in the picture, by masks or label pictures."""

from collections.abc import Sequence
from typing import NamedTuple

from jnst.errors import InputError
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
) -> list[Placed]:
    """Place so many styles by masks or labels; where there are neither, everywhere.

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
        return labelled(styles, labels, style_labels)
    if masks:
        return masked(styles, masks, style_masks)
    return [Placed(k, 1 / styles) for k in range(styles)]


def masked(
    styles: int, masks: Sequence[files.Source], style_masks: Sequence[files.Source]
) -> list[Placed]:
    """Place styles by masks: the k-th into the k-th region, a single one into all.

    Raises `InputError` where their numbers do not match, and for masks that cannot be read.
    """
    if styles not in (1, len(masks)):
        raise InputError(
            f"masks: {len(masks)}, styles: {styles}; give one for each, or a single style"
        )
    if len(style_masks) not in (0, len(masks)):
        raise InputError(f"{len(style_masks)} style masks for {len(masks)} masks; give as many")
    origins = [regions.read(source) for source in style_masks] or [None] * len(masks)
    found = [regions.read(mask) for mask in masks]
    return [
        Placed(k if styles > 1 else 0, float(mask.mean()), mask, origin)
        for k, (mask, origin) in enumerate(zip(found, origins, strict=True))
    ]


def labelled(
    styles: int, labels: files.Source, style_labels: Sequence[files.Source]
) -> list[Placed]:
    """Place styles by label pictures: like colours go together, or by number, dark to light.

    Raises `InputError` where their numbers do not match, and for label pictures that do not fit.
    """
    if len(style_labels) not in (0, styles):
        raise InputError(
            f"{len(style_labels)} style label pictures for {styles} styles; give one for each"
        )
    found = regions.labels(labels, style_labels)
    if not style_labels and len(found) != styles:
        raise InputError(
            f"colours of the label picture: {len(found)}, styles: {styles}; give a style "
            "for each colour, or style_labels, a label picture for each style"
        )
    placed = []
    for number, (mask, origins) in enumerate(found):
        there = [k for k, origin in enumerate(origins) if origin is not None] or [number]
        area = float(mask.mean()) / len(there)
        placed += [Placed(k, area, mask, origins[k] if origins else None) for k in there]
    return placed
