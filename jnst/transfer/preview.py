"""A preview of a picture that is yet to be optimized: what a network paints of it in one pass."""

import math

from jnst.errors import InputError
from jnst.methods.contract import Plan
from jnst.methods.progress import Progress
from jnst.pictures import resizing
from jnst.transfer.method import PixelPlan
from jnst.transfer.onepass.method import instant

LARGEST = 512
"""Long side, at most: a pass of that size takes about half a second on two cores."""


def preview(plan: Plan) -> Progress | None:
    """Paint, by `onepass.method.instant`, a picture to show until the first step has come.

    It is a `Progress` of step 0, for whoever watches the steps, and no part of the run: nothing is
    begun from it, and nothing of it is kept.

    None where there is none to show: for a method that paints in one pass anyway, or one of
    somebody's own; where the network's weights are missing; and for a style that is taken from a
    part of its painting, which the network does not do.
    """
    if not isinstance(plan, PixelPlan):
        return None
    guides, settings = plan.pictures.guides, plan.settings
    if any(guide.style_region is not None for guide in guides):
        return None
    size = min(plan.stages[-1].size, LARGEST)
    content = resizing.fit(plan.pictures.content, size, upscale=True)
    try:
        picture = instant(content, guides, engine=settings.engine)
    except InputError:  # the run itself needs none of this
        return None
    return Progress(0, math.nan, {}, picture, picture, math.inf, 1.0, None)
