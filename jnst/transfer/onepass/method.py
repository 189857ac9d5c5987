"""Painting in one pass as a method; see `jnst.methods.contract`."""

import dataclasses
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import PIL.Image

from jnst.arrays import AnyPicture, Image, Picture
from jnst.errors import InputError
from jnst.feedforward.noise import draw
from jnst.feedforward.registry import Network
from jnst.feedforward.segments import PICTURE
from jnst.methods.contract import Method
from jnst.methods.progress import Progress
from jnst.pictures import canvas, resizing
from jnst.pictures.regions import Mask
from jnst.system.threads import interruptible
from jnst.transfer.extents import extents
from jnst.transfer.onepass import fitting
from jnst.transfer.onepass.checks import DEFAULT, called
from jnst.transfer.onepass.network import Loaded, check_trained, compute, load
from jnst.transfer.onepass.styles import given_for
from jnst.transfer.pictures import NO_PAINTING, Guide, Pictures, finish
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache, contents
from jnst.xla import make_room, own_switches

MARGIN = 16
"""Pixels that a network paints beyond each border, unless the settings say how many."""
Networks = dict[Path | None, Loaded]
"""Trained networks by file, for many pictures."""


@interruptible
@own_switches
def paint(pictures: Pictures, settings: Settings, loaded: Loaded, *, tile: int | None) -> Picture:
    """Paint a picture in one pass, as large as `pictures` and `settings` say, in [0, 1].

    A network halves the picture some times, and doubles it again. So that it comes out as large as
    it went in, it is mirrored at its borders until its sides can be halved, and cut in the end. The
    mirror image is `settings.margin` pixels wide at least: where each convolution mirrors its own
    map, as at the border of what a network is given, a dark, dotted line comes out. Slopes go on in
    it: such networks paint a ridge as a dark edge.
    With regions, each is painted as a whole by its style, and what is outside all of them stays as
    in the photograph. Noise, for networks that take some, is drawn from the seed. An interruption
    is raised at once.
    """
    _, (height, width) = extents(pictures.original.shape[1:3], settings)
    content = np.asarray(resizing.resize(pictures.content, height, width), np.float32)
    margin = MARGIN if settings.margin is None else settings.margin
    outer = _rounded(height + 2 * margin, width + 2 * margin, loaded.network)
    extended = canvas.extend(content, *outer, slopes=margin > 0)
    noise = draw(loaded.network.table, np.random.default_rng(settings.seed), outer)
    make_room((loaded.network.table, outer))

    def painted(guides: Sequence[Guide]) -> Picture:
        given = given_for(loaded, settings, content, guides)
        found = compute(loaded, settings, {**given, **noise, PICTURE: extended}, tile=tile)
        return resizing.crop(found.clip(0, 1), height, width)

    regions: dict[Hashable, tuple[Mask, list[Guide]]] = {}
    for guide in pictures.guides:
        if guide.region is None:  # then none has one
            return painted(pictures.guides)
        regions.setdefault(contents(guide.region), (guide.region, []))[1].append(guide)
    parts = [(painted(guides), mask) for mask, guides in regions.values()]
    return _composed(content, parts)


def _composed(content: Picture, parts: Sequence[tuple[Picture, Mask]]) -> Picture:
    """Put pictures into their regions, over the content; where several are, they are mixed."""
    height, width = content.shape[1:3]
    bilinear = PIL.Image.Resampling.BILINEAR
    masks = [resizing.resample(mask, height, width, bilinear).clip(0, 1) for _, mask in parts]
    covered = sum(masks)
    picture = np.maximum(1 - covered, 0) * content
    for (part, _), mask in zip(parts, masks, strict=True):
        picture = picture + mask / np.maximum(covered, 1) * part
    return picture.astype(np.float32)


def _rounded(height: int, width: int, network: Network) -> tuple[int, int]:
    """Return both sides, rounded up to what the network can halve."""

    def side(length: int) -> int:
        return max(network.least, -(-length // network.multiple) * network.multiple)

    return side(height), side(width)


def instant(
    content: Picture, guides: Sequence[Guide], *, engine: Literal["jax", "byhand"]
) -> Picture:
    """Paint a picture of any size in one pass, for an optimizer to begin with."""
    settings = Settings(method=DEFAULT, size=max(content.shape[1:3]), engine=engine)
    loaded = load(settings, file=None)
    tile = fitting.tile(loaded, settings, *content.shape[1:3])
    return paint(Pictures(content, guides, original=content), settings, loaded, tile=tile)


@dataclasses.dataclass(frozen=True)
class OnePassPlan:
    """A picture that a network is to paint in one pass; see `methods.contract.Plan`."""

    pictures: Pictures
    settings: Settings
    loaded: Loaded
    tile: int | None
    """The side of the tiles that it is painted in, in pixels; None for the whole."""

    @property
    def costs(self) -> Sequence[float]:
        """List the only step."""
        return (1.0,)

    def steps(self, *, every: int = 10, point: None = None) -> Iterator[Progress]:
        """Paint the picture; there is no loss, and nothing to go on from."""
        picture = paint(self.pictures, self.settings, self.loaded, tile=self.tile)
        yield Progress(1, 0.0, {}, picture, picture, 0.0, 1.0, None)

    def result(self, picture: Image) -> AnyPicture:
        """Cut a picture from its canvas, and give it the colours that the settings ask for."""
        return finish(self.pictures, self.settings, picture)


class OnePass:
    """Style transfer by a network that was trained for it; see `jnst.methods.contract.Method`."""

    def load(self, settings: Settings, *, many: bool = False) -> Loaded | Networks | None:
        """Read the weights; those of a network in a file come with the pictures."""
        if settings.method == "trained":
            return {} if many else None
        loaded = load(settings, file=None)
        return loaded._replace(known=TargetCache()) if many else loaded

    def plan(
        self, pictures: Pictures, settings: Settings, *, loaded: Loaded | Networks | None = None
    ) -> OnePassPlan:
        """See that the pictures can be painted, and read the weights if they were not."""
        if isinstance(loaded, dict):
            loaded = _shared(loaded, settings, pictures.network)
        loaded = loaded or load(settings, file=pictures.network)
        name = called(settings, network=loaded.file)
        if pictures.start is not None:
            raise InputError(f"{name} begins with no picture; leave out start")
        if any(guide.style_region is not None for guide in pictures.guides):
            raise InputError(
                f"{name} takes a style from the whole painting; leave out style_masks or "
                "style_labels"
            )
        places = [contents(one.region) for one in pictures.guides if one.region is not None]
        if settings.blend and places and len(set(places)) == len(places):
            raise InputError(
                f"each style has a region of its own, in which {name} has nothing to blend it "
                "with; leave out blend"
            )
        if settings.method == "trained":
            given = any(guide.style is not NO_PAINTING for guide in pictures.guides)
            check_trained(loaded, settings, paintings=given)
        _, (height, width) = extents(pictures.original.shape[1:3], settings)
        least = loaded.network.least
        if min(height, width) < least:
            raise InputError(
                f"the picture is {width} x {height} pixels, but {name} needs at least {least} x "
                f"{least}; take a larger picture or size"
            )
        tile = fitting.tile(loaded, settings, height, width)
        return OnePassPlan(pictures, settings, loaded, tile)


def _shared(networks: Networks, settings: Settings, file: Path | None) -> Loaded:
    """Return the network in a file, which is read once."""
    if file not in networks:
        networks[file] = load(settings, file=file)._replace(known=TargetCache())
    return networks[file]


ONE_PASS: Method = OnePass()
"""The method of all networks that paint in one pass."""
