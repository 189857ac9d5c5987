"""Style transfer in one call: `jnst.stylize`."""

import contextlib
import dataclasses
import warnings
from typing import Any

from jnst.arrays import Picture
from jnst.display import notebook
from jnst.errors import check_choice
from jnst.methods.contract import Method
from jnst.methods.progress import Progress
from jnst.pictures import files
from jnst.transfer import presets
from jnst.transfer.methods import METHODS
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.pictures import Several, read, several
from jnst.transfer.preview import preview
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings


def stylize(
    content: files.Source,
    style: Several = (),
    *,
    masks: Several = (),
    style_masks: Several = (),
    labels: files.Source | None = None,
    style_labels: Several = (),
    start: files.Source | None = None,
    show: bool = False,
    preset: str = "default",
    quality: str = "normal",
    method: str | Method = "pixels",
    **settings: Any,
) -> Picture:
    """Paint `content` in the manner of `style`.

    Args:
        content: the photograph: a path, a PIL image, or an array as
            `jnst.pictures.files.read` takes it.
        style: the painting, likewise, or a list of several; or the file of a trained network; or
            nothing, for the method `multistyle`.
        masks: regions of the content, and so on: see `jnst.transfer.pictures.read`.
        style_masks: where the styles are taken from.
        labels: the regions in one picture.
        style_labels: where the styles are taken from, by the same colours.
        start: the picture to begin with.
        show: in a Jupyter notebook, show the picture as it forms, after a preview painted in one
            pass. To interrupt the cell then ends the run with the best picture so far.
        preset: a published system, whose settings it begins with: a name in
            `jnst.transfer.presets.PRESETS`.
        quality: "draft", "normal" or "best": 0.3, 1 or 3 times as many steps; or "instant", in one
            pass, in seconds.
        method: what makes the picture: a name in `jnst.transfer.methods.METHODS`, or one of your
            own.
        **settings: fields of `Settings`, which take precedence over those of the preset; one
            `style_number` alone may be a number.

    Returns:
        The picture at its last size: the best by total loss, or where `average` is set the average.
        float32, RGB in [0, 1], (1, h, w, 3).

    Raises:
        InputError: for pictures or settings that cannot be used; for an unknown preset or quality;
            for `show` outside a notebook.

    Warns where a mask has another shape than its picture.

    """
    for name in settings:
        check_choice("setting", name, [field.name for field in dataclasses.fields(Settings)])
    if isinstance(number := settings.get("style_number"), int | str):
        settings["style_number"] = (number,)
    named = {"method": method} if isinstance(method, str) else {}
    chosen = dataclasses.replace(presets.preset(preset), **settings, **named)
    chosen = with_styles(chosen, several(style))
    chosen, last = (
        with_quality(chosen, quality, preset=preset),
        None,
    )  # checked before anything is read
    pictures = read(
        content,
        style,
        chosen,
        masks=masks,
        style_masks=style_masks,
        labels=labels,
        style_labels=style_labels,
        start=start,
    )
    for note in pictures.notes:
        warnings.warn(note, stacklevel=2)
    chosen_method = METHODS[chosen.method] if isinstance(method, str) else method
    plan = chosen_method.plan(pictures, chosen)
    live = notebook.live(plan.costs, plan.result) if show else contextlib.nullcontext(_unseen)
    try:
        with live as tell:
            first = preview(pictures, chosen) if show and isinstance(method, str) else None
            if first is not None:
                tell(first)
            for last in plan.steps():
                tell(last)
    except KeyboardInterrupt:
        if last is None or not show:
            raise
    assert last is not None  # `check` wants at least one step
    return plan.result(last.best)


def _unseen(progress: Progress) -> None:
    pass
