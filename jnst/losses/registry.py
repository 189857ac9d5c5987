"""The losses by name, and the choices that shape an objective."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from jnst.arrays import Image, Scalar
from jnst.byhand.losses import content as byhand_content
from jnst.byhand.losses import gram as byhand_gram
from jnst.byhand.losses import histogram as byhand_histogram
from jnst.byhand.losses import lines as byhand_lines
from jnst.byhand.losses import moments as byhand_moments
from jnst.byhand.losses import patches as byhand_patches
from jnst.byhand.losses import pixels as byhand_pixels
from jnst.byhand.losses import remd as byhand_remd
from jnst.byhand.losses import selfsimilarity as byhand_selfsimilarity
from jnst.byhand.losses import sliced as byhand_sliced
from jnst.byhand.losses import temporal as byhand_temporal
from jnst.byhand.losses import tv as byhand_tv
from jnst.byhand.losses import wasserstein as byhand_wasserstein
from jnst.byhand.losses.objective import PictureTerm as ByHand
from jnst.errors import check_choice
from jnst.losses import (
    content,
    gram,
    histogram,
    lines,
    moments,
    patches,
    pixels,
    remd,
    selfsimilarity,
    sliced,
    squares,
    temporal,
    tv,
    wasserstein,
)

_Value = TypeVar("_Value")


class ObjectiveChoices(NamedTuple):
    """The choices that shape the objective, but are no numbers it could take as arguments."""

    backbone: str
    pooling: str
    rescale_pooling: bool
    padding: str
    precision: str
    content_loss: str
    content_scale: str
    style_loss: str
    gram_normalization: str
    style_scale: str
    tv: str
    tv_beta: float
    tv_scale: str
    normalize_gradients: bool

    @property
    def network(self) -> dict[str, Any]:
        """The options of the backbone's `features`, but for its name and precision."""
        return {
            "pooling": self.pooling,
            "rescale": self.rescale_pooling,
            "padding": self.padding,
        }

    @property
    def total_variation(self) -> dict[str, Any]:
        """The options of total variation."""
        return {"kind": self.tv, "beta": self.tv_beta, "scale": self.tv_scale}


class Loss(NamedTuple):
    """A loss on features: its modules, the scales of its distance, the options of its statistic.

    `guided` says whether its statistic takes a region, `tiled` whether it adds up over windows.
    """

    module: Any
    byhand: Any
    scales: Sequence[str]
    guided: bool = False
    tiled: bool = False
    statistic: Callable[[ObjectiveChoices], dict[str, Any]] = lambda choices: {}


class PictureLoss(NamedTuple):
    """A loss on the picture itself, `jax(picture, target, **options)`; by hand; and its options."""

    jax: Callable[..., Scalar]
    byhand: ByHand
    options: Callable[[ObjectiveChoices], dict[str, Any]] = lambda choices: {}


CONTENT_LOSSES = {
    "features": Loss(content, byhand_content, squares.SCALES, tiled=True),
    "self-similarity": Loss(selfsimilarity, byhand_selfsimilarity, tuple(selfsimilarity.SCALE)),
}
"""Losses that content can be compared by, by name."""
STYLE_LOSSES = {
    "gram": Loss(
        gram,
        byhand_gram,
        squares.SCALES,
        guided=True,
        tiled=True,
        statistic=lambda choices: {"normalization": choices.gram_normalization},
    ),
    "wasserstein": Loss(
        wasserstein, byhand_wasserstein, tuple(wasserstein.SCALE), guided=True, tiled=True
    ),
    "moments": Loss(moments, byhand_moments, tuple(moments.SCALE), guided=True),
    "sliced": Loss(sliced, byhand_sliced, tuple(sliced.SCALE)),
    "histogram": Loss(histogram, byhand_histogram, tuple(histogram.SCALE)),
    "patches": Loss(patches, byhand_patches, tuple(patches.SCALE)),
    "remd": Loss(remd, byhand_remd, tuple(remd.SCALE)),
}
"""Losses that style can be compared by, by name."""


def _without_target(loss: Callable[..., _Value]) -> Callable[..., _Value]:
    """Give a function of the picture alone the target that it has no use for."""
    return lambda picture, target, **options: loss(picture, **options)


PICTURE_LOSSES = {
    "tv": PictureLoss(
        _without_target(tv.total_variation),
        ByHand(
            _without_target(byhand_tv.total_variation),
            _without_target(byhand_tv.total_variation_backward),
        ),
        options=lambda choices: choices.total_variation,
    ),
    "lines": PictureLoss(
        _without_target(lines.straight_lines),
        ByHand(
            _without_target(byhand_lines.straight_lines),
            _without_target(byhand_lines.straight_lines_backward),
        ),
    ),
    "pixels": PictureLoss(
        pixels.pixels, ByHand(byhand_pixels.pixels, byhand_pixels.pixels_backward)
    ),
    "temporal": PictureLoss(
        temporal.temporal, ByHand(byhand_temporal.temporal, byhand_temporal.temporal_backward)
    ),
}
"""Losses on the picture itself, by the names of their parts in the total."""


def check_scale(term: str, losses: Mapping[str, Loss], loss: str, scale: str) -> None:
    """Raise an `InputError` for a scale that a content or style loss does not have."""
    check_choice(f"{term}_scale of {loss}", scale, losses[loss].scales)


def _term(kind: Any, module: Any, statistic: dict[str, Any], distance: dict[str, Any]) -> Any:
    """Fill a `Term` with the functions of a module, which carry the names of its fields."""
    options = {
        "statistic": statistic,
        "statistic_backward": statistic,
        "distance": distance,
        "of_parts": distance,
        "distance_backward": distance,
    }
    named = {field: getattr(module, field) for field in kind._fields if hasattr(module, field)}
    return kind(**{name: partial(f, **options.get(name, {})) for name, f in named.items()})


def on_features(choices: ObjectiveChoices, kind: Any, which: str) -> dict[str, Any]:
    """Build content and style loss of the kind `Term` of an engine, from the modules for it.

    `which` is "module" for those in JAX, or "byhand".
    """
    chosen = {
        "content": (CONTENT_LOSSES[choices.content_loss], choices.content_scale),
        "style": (STYLE_LOSSES[choices.style_loss], choices.style_scale),
    }
    return {
        name: _term(kind, getattr(loss, which), loss.statistic(choices), {"scale": scale})
        for name, (loss, scale) in chosen.items()
    }


def on_picture(choices: ObjectiveChoices) -> dict[str, Callable[[Image, Any], Scalar]]:
    """Build the losses on the picture itself, by name, in JAX."""
    return {
        name: partial(loss.jax, **loss.options(choices)) for name, loss in PICTURE_LOSSES.items()
    }


def on_picture_by_hand(choices: ObjectiveChoices) -> dict[str, ByHand]:
    """Build the losses on the picture itself, by name, with their derivatives by hand."""
    found = {}
    for name, loss in PICTURE_LOSSES.items():
        options, by_hand = loss.options(choices), loss.byhand
        found[name] = ByHand(partial(by_hand.loss, **options), partial(by_hand.backward, **options))
    return found
