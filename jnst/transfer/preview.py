"""A preview of a picture that is yet to be optimized: what a network paints of it in one pass."""

import math

from jnst.errors import InputError
from jnst.methods.progress import Progress
from jnst.pictures import resizing
from jnst.transfer.extents import extents
from jnst.transfer.onepass.method import instant
from jnst.transfer.pictures import Pictures
from jnst.transfer.settings import Settings

LARGEST = 512
"""Long side, at most: a pass of that size takes about half a second on two cores, once it is
compiled."""


def preview(pictures: Pictures, settings: Settings) -> Progress | None:
    """Paint, by `onepass.method.instant`, a picture to show until the first step has come.

    It is a `Progress` of step 0, for whoever watches the steps, and no part of the run: nothing is
    begun from it, and nothing of it is kept. It needs no plan, so that it can be shown before the
    network of the losses is read.

    None where there is none to show: for a method that paints in one pass anyway; where the
    network's weights are missing; and for a style that is taken from a part of its painting, which
    the network does not do.
    """
    guides = pictures.guides
    if settings.method != "pixels" or any(guide.style_region is not None for guide in guides):
        return None
    _, canvas = extents(pictures.original.shape[1:3], settings)
    content = resizing.fit(pictures.content, min(LARGEST, max(canvas)), upscale=True)
    try:
        picture = instant(content, guides, engine=settings.engine)
    except InputError:  # the run itself needs none of this
        return None
    return Progress(0, math.nan, {}, picture, picture, math.inf, 1.0, None)
