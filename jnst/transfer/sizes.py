"""Pictures that are too small for what looks at them."""

from collections.abc import Sequence

from jnst.backbones.checks import too_small
from jnst.errors import InputError
from jnst.pictures import resizing
from jnst.transfer.extents import extents
from jnst.transfer.settings import Settings


def check_sizes(
    settings: Settings, content: tuple[int, int], styles: Sequence[tuple[int, int]]
) -> None:
    """Raise an `InputError` where a picture would be too small for the layers.

    Before anything is resized: `content` and `styles` are heights and widths as given.
    """
    if settings.square:
        content, *styles = [(settings.size, settings.size)] * (1 + len(styles))
    inner, outer = extents(content, settings)
    if too_small(settings.backbone, settings.resolved.layers, *outer):
        check_large_enough("content", *inner, settings.resolved.layers, settings)
    for style in styles:
        fitted = resizing.size_within(*style, settings.style_size or max(inner))
        check_large_enough("style", *fitted, settings.resolved.style_layers, settings)


def check_large_enough(
    name: str, height: int, width: int, layers: tuple[str, ...], settings: Settings
) -> None:
    """Raise an `InputError` for a picture that a layer would see nothing of."""
    if reason := too_small(settings.backbone, layers, height, width):
        raise InputError(
            f"size {max(height, width)} is too small: the {name} picture is {reason}; take a "
            "larger picture or size, or earlier layers"
        )
