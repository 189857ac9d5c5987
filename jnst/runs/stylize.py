"""Style transfer in one call: `jnst.stylize`."""

import contextlib
import time
import warnings
from collections.abc import Callable
from typing import Unpack

import numpy as np

from jnst.display import notebook, terminal
from jnst.methods.contract import Method
from jnst.methods.keywords import check_names, replaced, with_keywords
from jnst.methods.progress import Progress
from jnst.pictures import files
from jnst.runs import log
from jnst.runs.record import Inputs
from jnst.runs.result import Result, courses, located
from jnst.transfer import presets
from jnst.transfer.keywords import Keywords, Quality
from jnst.transfer.methods import METHODS
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.pictures import Several, alpha_for, read, several
from jnst.transfer.preview import preview
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import MethodName, Settings


@with_keywords(Keywords, Settings)
def stylize(
    content: files.Source,
    style: Several = (),
    *,
    masks: Several = (),
    style_masks: Several = (),
    labels: files.Source | None = None,
    style_labels: Several = (),
    start: files.Source | None = None,
    callback: Callable[[Progress], object] | None = None,
    verbose: bool = False,
    show: bool = False,
    preset: str = "default",
    quality: Quality = "normal",
    method: MethodName | Method = "pixels",
    **settings: Unpack[Keywords],
) -> Result:
    """Paint `content` in the manner of `style`.

    Args:
        content: the photograph: a path, the bytes of a file, an open file, a PIL image, or an array
            as `jnst.read` takes it.
        style: the painting, likewise, or a list of several; or the file of a trained network; or
            nothing, for the method `multistyle`.
        masks: regions of the content, and so on: see `jnst.transfer.pictures.read`.
        style_masks: where the styles are taken from.
        labels: the regions in one picture.
        style_labels: where the styles are taken from, by the same colours.
        start: the picture to begin with.
        callback: is called with each `jnst.methods.progress.Progress`: step, losses, pictures.
        verbose: show a live line on the terminal, as the command does.
        show: in a Jupyter notebook, show the picture as it forms, after a preview painted in one
            pass. To interrupt the cell then ends the run with the best picture so far.
        preset: a published system, whose settings it begins with: a name in
            `jnst.transfer.presets.PRESETS`.
        quality: "draft", "normal" or "best": 0.3, 1 or 3 times as many steps; or "instant", in one
            pass, in seconds.
        method: what makes the picture: a name in `jnst.transfer.methods.METHODS`, or one of your
            own.
        **settings: those below, which take precedence over those of the preset. Where several
            values are meant, a list will do, or one value alone.

    Returns:
        The picture at its last size, `.array`: the best by total loss, or where `average` is set
        the average; `.save(path)`; `.losses`; see `jnst.Result`.

    Raises:
        InputError: for pictures or settings that cannot be used; for an unknown preset or quality;
            for `show` outside a notebook.

    Warns where a mask has another shape than its picture. Tells the logger "jnst" what it does.

    """
    check_names(stylize, settings)
    own = method if isinstance(method, Method) else None
    chosen = presets.preset(preset)
    chosen = replaced(chosen, settings if own else {**settings, "method": method})
    chosen = with_styles(chosen, several(style))
    chosen = with_quality(chosen, quality, preset=preset)  # checked before anything is read
    given = {
        "masks": several(masks),
        "style_masks": several(style_masks),
        "style_labels": several(style_labels),
    }
    pictures = read(content, style, chosen, labels=labels, start=start, **given)
    for note in pictures.notes:
        warnings.warn(note, stacklevel=2)
    plan = (own or METHODS[chosen.method]).plan(pictures, chosen)
    began, course, last = time.monotonic(), [], None
    with contextlib.ExitStack() as stack:
        watchers: list[Callable[[Progress], object]] = [log.steps(len(plan.costs))]
        if verbose:
            watchers.append(stack.enter_context(terminal.live(plan.costs, quiet=False)))
        if show:
            tell = stack.enter_context(notebook.live(plan.costs, plan.result))
            watchers.append(tell)
            first = None if own else preview(pictures, chosen)
            if first is not None:
                tell(first)
        if callback is not None:
            watchers.append(callback)
        try:
            for last in plan.steps():
                course.append({"total": last.total, **last.parts})
                for watch in watchers:
                    watch(last)
        except KeyboardInterrupt:
            if last is None or not show:
                raise
    assert last is not None  # `check` wants at least one step
    picture = np.asarray(plan.result(last.best), np.float32)
    height, width = picture.shape[1:3]
    log.LOG.info("painted %d x %d pixels in %.1f s", width, height, time.monotonic() - began)
    alpha = alpha_for(pictures, picture)
    inputs = Inputs(
        content=located(content),
        styles=tuple(map(located, several(style))),
        labels=None if labels is None else located(labels),
        start=None if start is None else located(start),
        **{name: tuple(map(located, sources)) for name, sources in given.items()},
    )
    return Result(
        picture[0],
        courses(course) if last.parts else {},
        chosen,
        None if own else inputs,
        None if alpha is None else alpha[0],
    )
