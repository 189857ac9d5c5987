"""The settings of a training as keywords, for those who check types."""

from typing import Literal, TypedDict

from jnst.backbones.names import Backbone
from jnst.training.settings import Decay, NetworkName
from jnst.transfer import settings
from jnst.transfer.keywords import OneOrMore


class Keywords(TypedDict, total=False):
    """The fields of `jnst.training.settings.Settings`, in the same order."""

    network: NetworkName
    width: float
    steps: int
    batch: int
    crop: int
    photo_size: int | None
    style_size: int | None
    learning_rate: float
    decay: Decay
    learned: Literal["all", "norms", "bank"]
    average: float
    content_weight: float
    style_weight: float
    pixel_weight: float
    tv_weight: float
    line_weight: float
    content_layers: OneOrMore[str] | None
    style_layers: OneOrMore[str] | None
    style_layer_weights: OneOrMore[float]
    content_loss: settings.ContentLoss
    style_loss: settings.StyleLoss
    content_scale: settings.ContentScale
    style_scale: settings.StyleScale
    gram_normalization: settings.GramNormalization
    tv: settings.TotalVariation
    tv_scale: settings.TotalVariationScale
    backbone: Backbone
    pooling: settings.Pooling
    padding: settings.Padding
    weights: settings.Weights
    precision: settings.Precision
    seed: int
