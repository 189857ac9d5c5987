"""The settings as keywords, for those who check types: what `jnst.stylize` takes of each."""

from collections.abc import Sequence
from typing import Literal, TypedDict, TypeVar

from jnst.backbones.names import Backbone
from jnst.transfer import settings

T = TypeVar("T")
"""The type of one value."""
OneOrMore = T | Sequence[T]
"""A value alone, or several."""
Quality = Literal["instant", "draft", "normal", "best"]
"""Names of qualities; see `jnst.transfer.quality`."""


class Keywords(TypedDict, total=False):
    """The fields of `jnst.transfer.settings.Settings` but `method`, in the same order."""

    strength: float | None
    style_number: OneOrMore[int | str]
    size: int
    upscale: bool
    square: bool
    canvas: int | None
    margin: int | None
    style_size: int | None
    first_size: int | None
    size_ratio: float
    steps: OneOrMore[int]
    content_weight: float
    balance_content: bool
    style_weight: float
    tv_weight: float
    line_weight: float
    content_layers: OneOrMore[str] | None
    style_layers: OneOrMore[str] | None
    style_layer_weights: OneOrMore[float]
    blend: OneOrMore[float]
    colour: settings.Colour | None
    init: settings.Start
    init_noise: float
    optimizer: settings.OptimizerName
    first_optimizer: settings.OptimizerName | None
    learning_rate: float | None
    history: int
    jitter: int
    average: float
    content_loss: settings.ContentLoss
    style_loss: settings.StyleLoss
    content_scale: settings.ContentScale
    style_scale: settings.StyleScale
    gram_normalization: settings.GramNormalization
    tv: settings.TotalVariation
    tv_beta: float
    tv_scale: settings.TotalVariationScale
    backbone: Backbone
    pooling: settings.Pooling
    rescale_pooling: bool
    padding: settings.Padding
    weights: settings.Weights
    normalize_gradients: bool
    precision: settings.Precision
    seed: int
    tile: int | Literal["auto", "off"]
    devices: int
    engine: settings.EngineName
