"""What functions for programs say to `logging`, under the name "jnst".

INFO: what begins and ends, and each size. WARNING: where a run has to go back. DEBUG: each step.
Nobody sees it who has not set up logging.
"""

import logging
from collections.abc import Callable

from jnst.methods.progress import Progress

LOG = logging.getLogger("jnst")
"""The logger."""
# Else Python would print the warnings of a program that has not set up logging.
LOG.addHandler(logging.NullHandler())


def steps(count: int) -> Callable[[Progress], None]:
    """Return a function that logs each `Progress` of a run of so many steps."""
    size, gone_back = (0, 0), False

    def tell(progress: Progress) -> None:
        nonlocal size, gone_back
        height, width = progress.image.shape[1:3]
        if (width, height) != size:
            size = width, height
            LOG.info("step %d of %d: %d x %d pixels", progress.step, count, width, height)
        if progress.shrink < 1 and not gone_back:
            gone_back = True
            LOG.warning(
                "step %d: the loss is not a finite number; back to the best picture so far, with "
                "smaller steps",
                progress.step,
            )
        if LOG.isEnabledFor(logging.DEBUG):
            losses = {"total": progress.total, **progress.parts}
            LOG.debug(
                "step %d of %d%s",
                progress.step,
                count,
                "".join(f", {name} {value:.4g}" for name, value in losses.items()),
            )

    return tell
