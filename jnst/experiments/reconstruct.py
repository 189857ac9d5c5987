"""Reconstructions from single layers (Gatys et al., CVPR 2016, figure 1).

The content row reconstructs the content picture from one layer each: low layers keep every pixel,
deep ones the scene. The style row makes textures from the first layer, the first two, and so on:
the more layers, the larger the structures. Both begin with noise.
"""

import dataclasses
from collections.abc import Sequence

from jnst.backbones.tables import BACKBONES
from jnst.backbones.vgg import LAYERS
from jnst.errors import InputError
from jnst.experiments.sweep import Cell
from jnst.runs.record import Inputs
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings

CONTENT = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
"""The layers of VGG that the figure reconstructs content from; it calls them conv1_2 and so on."""


def cells(
    base: Settings,
    *,
    content: Sequence[str] | None = None,
    style: Sequence[str] | None = None,
    inputs: Inputs = Inputs(),  # noqa: B008 (frozen)
) -> list[Cell]:
    """List a cell for each layer of `content`, then one for each number of layers of `style`.

    By default these are `CONTENT`, or in networks other than VGG the style layers that suit them,
    and these. All else is as in `base`, but for the weight of the absent loss, and the initial
    picture.

    Raises:
        InputError: for settings that cannot be used.

    """
    if base.method != "pixels":
        raise InputError("pixels are optimized for a reconstruction; leave out method")
    suiting = BACKBONES[base.backbone].style
    if content is None:
        content = CONTENT if base.backbone in LAYERS else suiting
    style = suiting if style is None else style
    chosen = [((layer,), ()) for layer in content]
    chosen += [((), tuple(style[: k + 1])) for k in range(len(style))]
    found = []
    for content_layers, style_layers in chosen:
        settings = dataclasses.replace(
            base,
            content_layers=content_layers,
            style_layers=style_layers,
            style_layer_weights=(1.0,) * len(style_layers),
            init="noise",
        )
        check(settings)
        layers = [*content_layers, *style_layers]
        name = layers[0] if len(layers) == 1 else f"{layers[0]} to {layers[-1]}"
        kind = "content from" if content_layers else "style from"
        found.append(Cell({kind: name}, settings, inputs))
    return found
