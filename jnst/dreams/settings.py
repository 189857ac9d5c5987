"""The settings of a dream: their names, defaults and meaning, and what they ask for together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jnst.backbones.checks import check_layers
from jnst.backbones.tables import BACKBONES
from jnst.dreams.activation import OBJECTIVES, Aim
from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.methods.plain import make_plain
from jnst.weights.network import default_backbone

SUITING: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "inception_v3": ("squares", {"mixed3": 1.0, "mixed4": 2.0, "mixed5": 2.0}),
    "vgg16": ("mean", {"relu4_3": 1.0, "relu5_1": 2.0}),
    "vgg19": ("mean", {"relu4_4": 1.0, "relu5_1": 2.0}),
    "resnet50": ("mean", {"conv4_block4_out": 1.0}),
    "densenet121": ("mean", {"conv4_block16_concat": 1.0}),
    "mobilenet_v2": ("mean", {"block_10_expand_relu": 1.0}),
    "squeezenet1_1": ("mean", {"fire7/concat": 1.0}),
}
"""Default objective of each network, with its layers and their weights.

Chosen by looking, for inception_v3, vgg19 and squeezenet1_1. Squares of VGG's responses dream upon
a few spots alone.
"""


@dataclass(frozen=True)
class DreamSettings:
    """Everything that decides a dream. The only source of defaults."""

    size: int = 512
    """Long side of the result in pixels, at most."""
    upscale: bool = False
    """Enlarge a picture that is smaller than `size`."""
    backbone: str | None = None
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


WHOLE = {
    **dict.fromkeys(("size", "octaves", "steps", "guide_size", "tile"), 1),
    **dict.fromkeys(("jitter", "smooth", "seed"), 0),
}
"""The settings that are whole numbers, and the least that each may be."""
MOST = {"octaves": 30, "octave_ratio": 10, "jitter": 100_000, "smooth": 16, "size": 65_535}
"""The most that each of these may be."""
MOST |= {"guide_size": 65_535, "steps": 1_000_000, "step_size": 255}


def aim_of(settings: DreamSettings) -> tuple[str, Aim]:
    """Check all settings; return the network's name, and what is increased.

    Raises:
        InputError: that names the first setting which cannot be used.

    """
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
    backbone = settings.backbone or default_backbone()
    check_layers(backbone, settings.layers)
    objective, suiting = SUITING[backbone.removesuffix("-torchvision")]
    objective = check_choice("objective", settings.objective or objective, OBJECTIVES)
    layers, weights = settings.layers, settings.layer_weights
    if not layers:
        layers, weights = tuple(suiting), weights or tuple(suiting.values())
    if len(set(layers)) < len(layers):
        raise InputError(f"layers names a layer twice: {', '.join(layers)}")
    for what, given in {"layer_weights": weights, "channels": settings.channels}.items():
        if len(given) not in (0, len(layers)):
            raise InputError(
                f"{what} has {len(given)} entries for {len(layers)} layers; give one for each"
            )
    for weight in weights:
        check_at_least("layer_weights", weight, 0)
        check_at_most("layer_weights", weight, 1e30)
    if weights and not sum(weights):
        raise InputError("layer_weights must not all be 0")
    counts = {layer.name: layer.channels for layer in BACKBONES[backbone].table}
    words = settings.channels or ("all",) * len(layers)
    channels = tuple(
        _numbers(word, layer, counts[layer]) for word, layer in zip(words, layers, strict=True)
    )
    return backbone, Aim(layers, weights or (1.0,) * len(layers), channels, objective)


def _numbers(word: str, layer: str, count: int) -> tuple[int, ...]:
    if word == "all":
        return ()
    numbers = word.split("+")
    if not all(number.isdecimal() and int(number) < count for number in numbers):
        raise InputError(
            f"channels of {layer} must be all, or numbers from 0 to {count - 1} joined by +, "
            f"not {word!r}"
        )
    found = tuple(int(number) for number in numbers)
    if len(set(found)) < len(found):
        raise InputError(f"channels of {layer} has a number twice: {word}")
    return found
