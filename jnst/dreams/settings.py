"""The settings of a dream, and of what channels look for: their names, defaults and meaning."""

import math
from dataclasses import dataclass
from typing import Literal

from jnst.backbones.names import Backbone
from jnst.errors import InputError, check_at_least, check_at_most, check_choice
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


WHOLE = {
    **dict.fromkeys(("size", "octaves", "steps", "guide_size", "tile"), 1),
    **dict.fromkeys(("jitter", "smooth", "seed"), 0),
}
"""The settings that are whole numbers, and the least that each may be."""
MOST = {"octaves": 30, "octave_ratio": 10, "jitter": 100_000, "smooth": 16, "size": 65_535}
"""The most that each of these may be."""
MOST |= {"guide_size": 65_535, "steps": 1_000_000, "step_size": 255}


def check_numbers(settings: DreamSettings) -> None:
    """Raise an `InputError` that names the first setting whose value cannot be used by itself."""
    for what, least in WHOLE.items():
        number = getattr(settings, what)
        if number is None and what == "tile":
            continue
        if not isinstance(number, int):
            raise InputError(f"{what} must be a whole number, not {number!r}")
        check_at_least(what, number, least)
    check_at_least("octave_ratio", settings.octave_ratio, 1.01)
    check_at_least("step_size", settings.step_size, 0)
    for what, most in MOST.items():
        check_at_most(what, getattr(settings, what), most)
    check_choice("start", settings.start, ("picture", "noise"))


def check_shown(settings: VisualizeSettings) -> None:
    """Do the same for those of what channels look for."""
    for what, least in {"size": 1, "steps": 1, "seed": 0}.items():
        number = getattr(settings, what)
        if not isinstance(number, int):
            raise InputError(f"{what} must be a whole number, not {number!r}")
        check_at_least(what, number, least)
    for what, most in {"size": 65_535, "steps": 1_000_000, "seed": 2**63 - 1}.items():
        check_at_most(what, getattr(settings, what), most)
    if not 0 < settings.learning_rate < math.inf:
        raise InputError(f"learning_rate must be above 0, not {settings.learning_rate:g}")
    check_at_most("learning_rate", settings.learning_rate, 1e30)
    if not settings.layer:
        raise InputError("give a layer; --list layers lists those of the network")
    if not settings.channel:
        raise InputError("give at least one channel")
    if len(set(settings.channel)) < len(settings.channel):
        raise InputError(f"channel has a number twice: {' '.join(map(str, settings.channel))}")
