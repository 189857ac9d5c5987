"""The contract of a method: a plan for given pictures, steps that yield progress, and a result.

A method makes a picture out of pictures and settings. Whatever runs one (a single run, a batch, the
notebook, a sweep) knows no more of it than this:

    loaded = method.load(settings)
    plan = method.plan(pictures, settings, loaded=loaded)
    for progress in plan.steps():
        ...
    picture = plan.result(progress.best)

Optimizing pixels, `jnst.transfer.method.PIXELS`, is the first, painting in one pass,
`jnst.transfer.onepass.method.ONE_PASS`, the second.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from jnst.arrays import AnyPicture, Image
from jnst.methods.progress import Progress


@runtime_checkable
class Plan(Protocol):
    """A picture that is ready to be made."""

    @property
    def costs(self) -> Sequence[float]:
        """List the time that each step takes, relative to the others; there is at least one."""
        ...

    def steps(self, *, every: int = 10, point: Any = None) -> Iterator[Progress]:
        """Make the picture; yield a `Progress` for each of `costs`, numbered from 1.

        Args:
            every: on an accelerator, after how many steps a picture comes back.
            point: the `state` of a `Progress`, to go on from there; only the rest is yielded.

        Raises:
            InputError: for pictures or settings that cannot be used.

        """
        ...

    def result(self, picture: Image) -> AnyPicture:
        """Return a picture of a `Progress` as it is to be shown or written; last, its `best`."""
        ...


@runtime_checkable
class Method(Protocol):
    """A way to make a picture from pictures and settings of its own kind."""

    def load(self, settings: Any, *, many: bool = False) -> Any:
        """Read all that does not depend on the pictures, to share it: among many, where so said.

        Raises:
            InputError: for unusable settings, and where weights are missing.

        """
        ...

    def plan(self, pictures: Any, settings: Any, *, loaded: Any = None) -> Plan:
        """Plan a picture; what was not loaded before is when the steps begin.

        Raises:
            InputError: for settings that cannot be used, and a size that does not fit into memory.

        """
        ...
