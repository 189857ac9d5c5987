"""The objective of a picture that does not fit into memory at once, exactly, window by window.

A loss that is a function of sums over positions, E = f(Σ_w g(x_w)), can be had in two passes over
windows x_w of the picture x. The first adds up s = Σ_w g(x_w); then

    ∂E/∂x = Σ_w (∂g/∂x_w)ᵀ ∂f/∂s,

and the second pass adds up these, a window each. Gram matrices, means and covariances are such sums
themselves; of the content loss, Σd² and Σ|d| are. Only one window's maps are held at a time; whole
are the picture, its gradient, the losses on it, and the content's features.

The price: each window is seen twice forward and once backward, with its margins.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jnst.arrays import Array, FeatureMap, Features, Image, Params
from jnst.backbones.layers import Geometry
from jnst.engines.windows import Window, Windows, counts, crop, cut, place
from jnst.losses.objective import (
    Constants,
    Evaluation,
    Extract,
    Goal,
    Term,
    Terms,
    layers_of,
    picture_parts,
)
from jnst.xla import jit


class Tiles(NamedTuple):
    """The side of a window in pixels, and the geometry of every layer."""

    size: int
    geometry: Mapping[str, Geometry]

    @property
    def strides(self) -> dict[str, int]:
        """Pixels from one position to the next, by layer."""
        return {layer: geometry.stride for layer, geometry in self.geometry.items()}

    def windows(self, image: Image, layers: tuple[str, ...]) -> Windows:
        """Cut a picture so that each position of these layers is known to some window."""
        return cut(image.shape, [self.geometry[layer] for layer in layers], size=self.size)


def evaluator(
    terms: Terms, extract: Extract, tiles: Tiles
) -> Callable[[Constants, Image], Evaluation]:
    """Return `(constants, image) -> Evaluation`, as `losses.objective.evaluate`, window by window.

    Drives three programs from the host. It must not be jitted as a whole: XLA might hold many
    windows at once.
    """

    def sums(constants: Constants, whole: tuple[int, ...], window: Window, pixels: Image) -> Any:
        """Compute one window's sums, by term and layer, one for each goal."""
        features = extract(constants.params, pixels, layers_of(constants.goals))

        def one(term: Term, layer: str, goal: Goal) -> Any:
            F, stride = features[layer], tiles.strides[layer]
            if term.part is None:
                return _share(term, F, window, goal.region, whole, stride)
            target = crop(goal.target, window.start // stride, *F.shape[1:3])
            return term.part(F, target, counts(F, window, goal.region, stride=stride))

        return _each(one, terms, constants)

    @partial(jit, static_argnames="extent")
    def add(constants: Constants, image: Image, window: Window, before: Any, *, extent):
        pixels = crop(image, window.start, *extent)
        found = sums(constants, image.shape, window, pixels)
        return found if before is None else jax.tree.map(jnp.add, before, found)

    def total(constants: Constants, found: Any, image: Image):
        def one(term: Term, layer: str, goal: Goal, parts: Any) -> Any:
            return goal.weight * (term.of_parts or term.distance)(parts, goal.target)

        zero = jnp.zeros((), image.dtype)
        weighted = {
            name: sum(jax.tree.leaves(layers), start=zero)
            for name, layers in _each(one, terms, constants, found).items()
        }
        weighted |= picture_parts(terms, constants, image)
        return sum(weighted.values(), start=zero), weighted

    settle = jit(jax.value_and_grad(total, argnums=(1, 2), has_aux=True))

    @partial(jit, static_argnames="extent", donate_argnames="gradient")
    def pull(constants: Constants, image, window: Window, slopes: Any, gradient, *, extent):
        """Add one window's share to the gradient."""
        of_pixels = partial(sums, constants, image.shape, window)
        _, back = jax.vjp(of_pixels, crop(image, window.start, *extent))
        share = crop(gradient, window.start, *extent) + back(slopes)[0]
        return jax.lax.dynamic_update_slice(gradient, share, (0, *window.start, 0))

    def evaluate(constants: Constants, image: Image) -> Evaluation:
        extent, each = tiles.windows(image, layers_of(constants.goals))
        found = None
        for window in each:
            found = _done(add(constants, image, window, found, extent=extent))
        (value, weighted), (slopes, gradient) = settle(constants, found, image)
        for window in each:
            gradient = _done(pull(constants, image, window, slopes, gradient, extent=extent))
        return Evaluation(value, weighted, gradient)

    return evaluate


def measurer(term: Term, extract: Extract, tiles: Tiles) -> Callable[..., dict[str, Any]]:
    """Return `(params, image, regions) -> targets`, as `losses.objective.targets`, by windows."""

    def features(params: Params, image: Image, window: Window, *, layers, extent) -> Features:
        return extract(params, crop(image, window.start, *extent), layers)

    @partial(jit, static_argnames=("layers", "extent"))
    def add(params: Params, image: Image, window: Window, regions, before, *, layers, extent):
        found = {
            layer: _share(term, F, window, regions[layer], image.shape, tiles.strides[layer])
            for layer, F in features(params, image, window, layers=layers, extent=extent).items()
        }
        return found if before is None else jax.tree.map(jnp.add, before, found)

    see = jit(features, static_argnames=("layers", "extent"))

    def measure(params: Params, image: Image, regions: Mapping[str, Array | None]):
        layers = tuple(regions)
        extent, each = tiles.windows(image, layers)
        found: Any = None
        if term.part is None:
            for window in each:
                given = params, image, window, dict(regions), found
                found = _done(add(*given, layers=layers, extent=extent))
        else:
            found = {}
            for window in each:
                maps = see(params, image, window, layers=layers, extent=extent)
                for layer, F in maps.items():
                    _place(np.asarray(F), window, found, layer, image.shape, tiles.strides[layer])
        return {layer: term.target(found[layer]) for layer in layers}

    return measure


_done = jax.block_until_ready
"""Memory is taken when a program is sent off: one window has to be done before the next may be."""


def _place(
    features: np.ndarray,
    window: Window,
    maps: dict[str, np.ndarray],
    layer: str,
    whole: tuple[int, ...],
    stride: int,
) -> None:
    """Put the core of a window's map where it belongs in the map of the whole picture."""
    size = (1, whole[1] // stride, whole[2] // stride, features.shape[-1])
    map_ = maps.setdefault(layer, np.empty(size, features.dtype))
    place(map_, features, window, stride=stride)


def _share(
    term: Term,
    features: FeatureMap,
    window: Window,
    region: Array | None,
    whole: tuple[int, ...],
    stride: int,
) -> Any:
    """Compute what a window's core adds to the statistic of the whole picture's map."""
    counted = counts(features, window, region, stride=stride)
    positions = (whole[1] // stride) * (whole[2] // stride)
    return term.statistic(features, counted, whole=positions)


def _each(function: Callable, terms: Terms, constants: Constants, *others: Any) -> Any:
    """Apply `function(term, layer, goal, …)` to each goal; `others` have the shape of the goals."""
    return {
        name: {
            layer: [
                function(
                    terms.features[name], layer, goal, *(other[name][layer][i] for other in others)
                )
                for i, goal in enumerate(goals)
            ]
            for layer, goals in layers.items()
        }
        for name, layers in constants.goals.items()
    }
