"""Optimizing pixels as a method: what batches, notebook and single runs need to know of it."""

import dataclasses
from collections.abc import Iterator, Sequence

from jnst.arrays import AnyPicture, Image
from jnst.methods.contract import Method
from jnst.methods.progress import Progress
from jnst.transfer import stages
from jnst.transfer.loaded import Loaded, load
from jnst.transfer.pictures import Pictures, finish
from jnst.transfer.recipe import Point, paint
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage
from jnst.transfer.targets import TargetCache


@dataclasses.dataclass(frozen=True)
class PixelPlan:
    """A picture whose pixels are to be optimized, at growing sizes; see `methods.contract.Plan`."""

    pictures: Pictures
    settings: Settings
    stages: Sequence[Stage]
    loaded: Loaded | None = None

    @property
    def costs(self) -> Sequence[float]:
        """List the pixels that each evaluation looks at."""
        return stages.costs(self.stages)

    def steps(self, *, every: int = 10, point: Point | None = None) -> Iterator[Progress]:
        """Optimize the picture; see `jnst.transfer.recipe.paint`."""
        return paint(
            self.pictures,
            self.settings,
            every=every,
            loaded=self.loaded,
            stages=self.stages,
            point=point,
        )

    def result(self, picture: Image) -> AnyPicture:
        """Cut a picture from its canvas, and give it the colours that the settings ask for."""
        return finish(self.pictures, self.settings, picture)


class Pixels:
    """Style transfer by optimizing pixels; see `jnst.methods.contract.Method`."""

    def load(self, settings: Settings, *, many: bool = False) -> Loaded:
        """Read the weights and build the engine; keep targets of styles where it is for many."""
        loaded = load(settings)
        return loaded._replace(targets=TargetCache()) if many else loaded

    def plan(
        self, pictures: Pictures, settings: Settings, *, loaded: Loaded | None = None
    ) -> PixelPlan:
        """Plan the sizes, and the tiles where the memory is too small for the whole."""
        return PixelPlan(pictures, settings, stages.plan(pictures, settings), loaded)


PIXELS: Method = Pixels()
"""The only one that makes a picture step by step."""
