"""The problem that the loop is to solve at one stage of a run."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax

from jnst.arrays import AnyPicture, Array, Image, Params
from jnst.backbones.checks import too_small
from jnst.engines.build import Engine, engine, in_tiles, on_devices
from jnst.errors import InputError
from jnst.losses.objective import Constants, Evaluation, Goal
from jnst.losses.registry import STYLE_LOSSES
from jnst.optimize.optimizers import LEARNING_RATES
from jnst.optimize.step import Compiled, Optimizer
from jnst.pictures import resizing
from jnst.pictures.regions import Mask, region
from jnst.transfer.initial import initial
from jnst.transfer.pictures import Guide, Pictures
from jnst.transfer.settings import Settings, picture_goals
from jnst.transfer.stages import Stage, map_sizes
from jnst.transfer.targets import TargetCache, Targets, contents
from jnst.weights.network import open_network
from jnst.xla import own_switches


class Problem(NamedTuple):
    """An objective, what it holds fixed, where to start, and what moves the picture.

    Without an optimizer that is SciPy's.
    """

    evaluate: Callable[[Constants, Image], Evaluation]
    constants: Constants
    image: Image
    optimizer: Optimizer | None
    compiled: Compiled
    history: int


class Loaded(NamedTuple):
    """The engine, and the weights in the precision that it works in: what all stages share.

    `prepared` are the weights in the form in which evaluations are fastest. Styles are measured
    with the others, which take less time to compile. The content is not: a run that begins with it
    must find no difference, or the gradient of a loss with a kink there would be that of rounding.

    Given a cache of targets, many pictures of the same settings share these as well. Otherwise each
    stage measures its own.
    """

    engine: Engine
    params: Params
    prepared: Params
    targets: TargetCache | None = None


@own_switches
def load(settings: Settings) -> Loaded:
    """Read the weights and build the engine.

    Raises `InputError` where weights are missing, or end before a layer that is needed.
    """
    resolved = settings.resolved
    chosen = engine(settings.engine, resolved.objective)
    if settings.devices > 1:
        chosen = on_devices(resolved.objective, settings.devices)
    params = open_network(settings.backbone, resolved.layers, weights=settings.weights).params
    params = jax.tree.map(lambda array: array.astype(resolved.dtype), params)
    return Loaded(chosen, params, chosen.prepare(params))


def set_up(
    pictures: Pictures,
    settings: Settings,
    loaded: Loaded,
    *,
    stage: Stage,
    start: AnyPicture | None = None,
) -> Problem:
    """Resize all pictures and measure what the new one is to match.

    Raises `InputError` for a picture that is too small for the layers, and for regions with a style
    loss that cannot be guided by them.
    """
    resolved = settings.resolved
    _check_guided(pictures.guides, settings)
    if stage.tile is not None:
        loaded = loaded._replace(engine=in_tiles(resolved.objective, stage.tile))
    content = resizing.fit(pictures.content, stage.size, upscale=True)
    styles = {id(guide.style): guide.style for guide in pictures.guides}
    fitted = {key: resizing.fit(style, stage.style_size) for key, style in styles.items()}
    guides = [guide._replace(style=fitted[id(guide.style)]) for guide in pictures.guides]
    # The new picture has the content's size, and goes through the style layers as well.
    _check_large_enough("content", content, resolved.layers, settings)
    for guide in guides:
        _check_large_enough("style", guide.style, resolved.style_layers, settings)
    constants = Constants(
        params=loaded.prepared,
        goals={
            "content": _content_goals(content, settings, loaded),
            "style": _style_goals(content, guides, settings, loaded, tile=stage.tile),
        },
        picture_goals=picture_goals(settings),
    )
    if start is None:
        kind, first = settings.init, content
        if pictures.start is not None:
            kind, first = "content", resizing.resize(pictures.start, *content.shape[1:3])
        noise, seed = settings.init_noise, settings.seed
        start = initial(kind, first, guides[0].style, noise=noise, seed=seed)
    start = resizing.resize(start, *content.shape[1:3]).astype(resolved.dtype)
    optimizer, history = None, min(settings.history, stage.steps)  # room for what can be there
    if settings.optimizer in loaded.engine.optimizers:
        rate = settings.learning_rate or LEARNING_RATES[settings.optimizer]
        options = {"history": history} if settings.optimizer == "lbfgs" else {}
        optimizer = loaded.engine.optimizers[settings.optimizer](rate, **options)
    constants, placed = loaded.engine.place((constants, start))
    evaluate, compiled = loaded.engine.evaluate, loaded.engine.compiled
    return Problem(evaluate, constants, placed, optimizer, compiled, history)


def _content_goals(content: Image, settings: Settings, loaded: Loaded) -> dict[str, list[Goal]]:
    """Measure the content picture; share the content weight evenly among its layers."""
    everywhere = dict.fromkeys(settings.resolved.content_layers)
    dtype = settings.resolved.dtype
    targets = loaded.engine.targets("content", loaded.prepared, content.astype(dtype), everywhere)
    weight = settings.content_weight / max(len(targets), 1)
    return {layer: [Goal(target, weight)] for layer, target in targets.items()}


def _style_goals(
    content: Image, guides: Sequence[Guide], settings: Settings, loaded: Loaded, *, tile: int | None
) -> dict[str, list[Goal]]:
    """Measure the style pictures; share the style weight among them, and among the layers."""
    resolved = settings.resolved
    layers, dtype, shares = resolved.style_layers, resolved.dtype, resolved.style_layer_weights
    goals: dict[str, list[Goal]] = {layer: [] for layer in layers}

    def at(layer: str, mask: Mask | None, picture: Array) -> Array | None:
        if mask is None:
            return None
        height, width = map_sizes(settings, *picture.shape[1:3])[layer]
        return region(mask, height, width).astype(dtype)

    def measure(guide: Guide) -> Targets:
        style = guide.style.astype(dtype)
        where = {layer: at(layer, guide.style_region, style) for layer in layers}

        def anew() -> Targets:
            return loaded.engine.targets("style", loaded.params, style, where)

        if loaded.targets is None:
            return anew()
        # Of the pixels, not of a path: methods of `jnst.pictures.colour` recolour a style
        # differently for each content.
        pixels = contents(style), tuple((layer, contents(mask)) for layer, mask in where.items())
        return loaded.targets.get((settings.engine, resolved.objective, tile, *pixels), anew)

    measured: dict[tuple[int, int], Targets] = {}  # one style may go into many regions
    for guide in guides:
        key = id(guide.style), id(guide.style_region)
        if key not in measured:
            measured[key] = measure(guide)
        for layer, share in zip(layers, shares, strict=True):
            weight = settings.style_weight * guide.share * share / sum(shares)
            goal = Goal(measured[key][layer], weight, at(layer, guide.region, content))
            goals[layer].append(goal)
    return goals


def _check_guided(guides: Sequence[Guide], settings: Settings) -> None:
    """Refuse regions where the style loss has no use for them."""
    guided = [name for name, loss in STYLE_LOSSES.items() if loss.guided]
    masks = [mask for guide in guides for mask in (guide.region, guide.style_region)]
    if settings.style_loss not in guided and any(mask is not None for mask in masks):
        raise InputError(
            f"style_loss {settings.style_loss} cannot be kept to regions; choose from "
            f"{', '.join(guided)}"
        )


def _check_large_enough(name: str, picture: Image, layers: tuple[str, ...], settings: Settings):
    """Refuse a picture that pooling would shrink to nothing before the deepest layer."""
    height, width = picture.shape[1:3]
    if reason := too_small(settings.backbone, layers, height, width):
        raise InputError(
            f"at size {max(height, width)} the {name} picture is {reason}; take a larger picture "
            "or size, or earlier layers"
        )
