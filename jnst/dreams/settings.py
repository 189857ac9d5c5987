"""The settings of a dream, and of what channels look for: their names, defaults and meaning."""

from dataclasses import dataclass
from typing import Literal

from jnst.backbones.names import Backbone
from jnst.methods.plain import make_plain


@dataclass(frozen=True)
class DreamSettings:
    """Everything that decides a dream. The only source of defaults."""

    size: int = 512
    """Long side of the result in pixels, at most."""
    upscale: bool = False
    """Enlarge a picture that is smaller than `size`."""
    backbone: Backbone | None = None
    """The network; by default inception_v3 where its weights are there, else vgg19."""
    layers: tuple[str, ...] = ()
    """Layers whose responses grow; early ones give strokes, late ones things. By default those
    that suit the network."""
    layer_weights: tuple[float, ...] = ()
    """How much each layer counts; by default all alike, but for the default layers."""
    channels: tuple[str, ...] = ()
    """For each layer the numbers of the channels that count, joined by +, or all; by default
    all."""
    objective: Literal["squares", "mean"] | None = None
    """What grows: the mean of squared responses, which strengthens what is strong, or the mean,
    which fills the picture; by default what suits the network. With a guide it has no effect."""
    octaves: int = 4
    """At how many sizes."""
    octave_ratio: float = 1.4
    """Each size by the one before it."""
    steps: int = 15
    """Steps at each size."""
    step_size: float = 1.5
    """How far pixels move in a step, on average, on the scale to 255."""
    jitter: int = 32
    """By how many pixels, at most, the picture is shifted at random before each step."""
    smooth: int = 3
    """How often the gradient is blurred to split it into bands, from fine to coarse, that all get
    the same share; 0 for not. More makes softer forms and stronger colours."""
    start: Literal["picture", "noise"] = "picture"
    """What to dream upon: the picture, or noise of its size."""
    guide_size: int = 224
    """Long side of the guide in pixels, at most."""
    tile: int | None = None
    """Compute in tiles of so many pixels a side, for pictures larger than the memory. Layers that
    see further than a tile then see less: the dream is another one, without seams."""
    seed: int = 0
    """Decides all shifts and noise."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)


@dataclass(frozen=True)
class VisualizeSettings:
    """Everything that decides a visualisation. The only source of defaults."""

    backbone: Backbone | None = None
    """The network; by default inception_v3 where its weights are there, else vgg19."""
    layer: str = ""
    """The layer; there is no default."""
    channel: tuple[int, ...] = (0,)
    """Numbers of its channels, each for a picture of its own."""
    neuron: bool = False
    """Show what the channel looks for in one place, the middle, instead of everywhere."""
    size: int = 128
    """Side of the picture in pixels."""
    steps: int = 256
    """How many steps each picture takes."""
    learning_rate: float = 0.05
    """Adam's step size."""
    seed: int = 0
    """Decides the noise, and the random movements."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)
