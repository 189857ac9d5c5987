"""What the new picture is to match: the content's features, and the styles' statistics."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import PIL.Image

from jnst.arrays import Array, Image
from jnst.losses import jitter
from jnst.losses.objective import Goal, PictureGoal
from jnst.losses.temporal import Earlier
from jnst.optimize.step import Cycle
from jnst.pictures import resizing
from jnst.pictures.regions import Mask, region
from jnst.transfer.balance import factors as balance_factors
from jnst.transfer.loaded import Loaded
from jnst.transfer.pictures import Guide, Pictures
from jnst.transfer.settings import Settings
from jnst.transfer.stages import map_sizes
from jnst.transfer.targets import Targets, contents


def offsets(content: Image, settings: Settings) -> np.ndarray | None:
    """Draw the shifts of a stage, others at each size; None for none."""
    if not settings.jitter:
        return None
    height, width = content.shape[1:3]
    rng = np.random.default_rng((settings.seed, height, width))
    return jitter.offsets(settings.jitter, jitter.VIEWS, rng, height, width)


def content_goals(
    content: Image,
    guides: Sequence[Guide],
    settings: Settings,
    loaded: Loaded,
    offsets: np.ndarray | None,
) -> dict[str, list[Goal]]:
    """Measure the content picture; share the content weight evenly among its layers.

    In each it is balanced against the style pictures. With offsets, the content is measured shifted
    by each of them.
    """
    everywhere = dict.fromkeys(settings.resolved.content_layers)
    content = content.astype(settings.resolved.dtype)

    def measure(picture: Image) -> Targets:
        return loaded.engine.targets("content", loaded.prepared, picture, everywhere)

    if offsets is None:
        targets = measure(content)
    else:
        found = [measure(view) for view in jitter.views(content, offsets)]
        targets = jax.tree.map(lambda *maps: Cycle(np.stack(maps)), *found)
    weight = settings.content_weight / max(len(targets), 1)
    balance = balance_factors(targets, guides, settings, loaded)
    return {layer: [Goal(target, weight * balance[layer])] for layer, target in targets.items()}


def style_goals(
    content: Image,
    guides: Sequence[Guide],
    settings: Settings,
    loaded: Loaded,
    offsets: np.ndarray | None,
    *,
    tile: int | None,
) -> dict[str, list[Goal]]:
    """Measure the style pictures; share the style weight among them, and among the layers.

    With offsets, the regions of the new picture are shifted as it is.
    """
    resolved = settings.resolved
    layers, dtype, shares = resolved.style_layers, resolved.dtype, resolved.style_layer_weights
    goals: dict[str, list[Goal]] = {layer: [] for layer in layers}

    def by_layer(mask: Mask | None, picture: Array) -> dict[str, np.ndarray | None]:
        if mask is None:
            return dict.fromkeys(layers)
        sizes = map_sizes(settings, *picture.shape[1:3])
        return {layer: region(mask, *sizes[layer]).astype(dtype) for layer in layers}

    def where_seen(mask: Mask | None) -> dict[str, Any]:
        if mask is None or offsets is None:
            return by_layer(mask, content)
        height, width = content.shape[1:3]
        whole = resizing.resample(mask, height, width, PIL.Image.Resampling.BILINEAR)
        views = [by_layer(view, content) for view in jitter.views(whole, offsets)]
        return jax.tree.map(lambda *regions: Cycle(np.stack(regions)), *views)

    def measure(guide: Guide) -> Targets:
        style = guide.style.astype(dtype)
        where = by_layer(guide.style_region, style)

        def anew() -> Targets:
            return loaded.engine.targets("style", loaded.params, style, where)

        if loaded.targets is None:
            return anew()
        # Of the pixels, not of a path: methods of `jnst.pictures.colour` recolour a style
        # differently for each content.
        pixels = contents(style), tuple((layer, contents(mask)) for layer, mask in where.items())
        return loaded.targets.get((settings.engine, resolved.objective, tile, *pixels), anew)

    for guide in guides:
        targets, regions = measure(guide), where_seen(guide.region)
        for layer, share in zip(layers, shares, strict=True):
            weight = settings.style_weight * guide.share * share / sum(shares)
            goal = Goal(targets[layer], weight, regions[layer])
            goals[layer].append(goal)
    return goals


def goals_on_picture(
    pictures: Pictures, content: Image, settings: Settings, offsets: np.ndarray | None
) -> dict[str, PictureGoal]:
    """Return the goals of the losses on the picture itself, by name.

    With offsets, the earlier result that a frame is held to is shifted as the frame is.
    """
    goals, held = dict(settings.resolved.picture_goals), pictures.held
    if held is None:
        return goals
    height, width = content.shape[1:3]
    earlier = Earlier(
        resizing.resize(held.picture, height, width),
        resizing.resize_mask(held.weights, height, width),
    )
    target: Any = jax.tree.map(lambda values: values.astype(settings.resolved.dtype), earlier)
    if offsets is not None:
        target = jax.tree.map(lambda values: Cycle(np.stack(jitter.views(values, offsets))), target)
    return {**goals, "temporal": PictureGoal(held.weight, target)}
