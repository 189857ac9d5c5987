"""The problem that the loop is to solve at one stage of a run."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from jnst.arrays import AnyPicture, Image
from jnst.engines.build import in_tiles
from jnst.errors import InputError
from jnst.losses.objective import Constants, Evaluation
from jnst.losses.registry import STYLE_LOSSES
from jnst.optimize.optimizers import LEARNING_RATES
from jnst.optimize.step import Compiled, Cycle, Optimizer
from jnst.pictures import resizing
from jnst.transfer.goals import content_goals, goals_on_picture, offsets, style_goals
from jnst.transfer.initial import INSTANT, initial
from jnst.transfer.loaded import Loaded
from jnst.transfer.onepass.method import instant
from jnst.transfer.pictures import Guide, Pictures
from jnst.transfer.settings import Settings
from jnst.transfer.sizes import check_large_enough
from jnst.transfer.stages import Stage


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
    shifts = offsets(content, settings)
    in_turn: Any = None if shifts is None else Cycle(shifts)
    constants = Constants(
        params=loaded.prepared,
        goals={
            "content": content_goals(content, guides, settings, loaded, shifts),
            "style": style_goals(content, guides, settings, loaded, shifts, tile=stage.tile),
        },
        picture_goals=goals_on_picture(pictures, content, settings, shifts),
        offset=in_turn,
    )
    if start is None:
        kind, first = settings.init, content
        if pictures.start is not None:
            kind, first = "content", resizing.resize(pictures.start, *content.shape[1:3])
        elif kind == INSTANT:
            kind, first = "content", instant(content, pictures.guides, engine=settings.engine)
        noise, seed = settings.init_noise, settings.seed
        start = initial(kind, first, guides[0].style, noise=noise, seed=seed)
    start = resizing.resize(start, *content.shape[1:3]).astype(resolved.dtype)
    optimizer, history = None, min(settings.history, stage.steps)  # room for what can be there
    name = stage.optimizer
    if name in loaded.engine.optimizers:
        own = settings.learning_rate if name == settings.optimizer else None
        options = {"history": history} if name == "lbfgs" else {}
        optimizer = loaded.engine.optimizers[name](own or LEARNING_RATES[name], **options)
    constants, placed = loaded.engine.place((constants, start))
    evaluate, compiled = loaded.engine.evaluate, loaded.engine.compiled
    return Problem(evaluate, constants, placed, optimizer, compiled, history)


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
    height, width = picture.shape[1:3]
    check_large_enough(name, height, width, layers, settings)
