"""What the settings of a dream ask for together, and checks of them."""

from collections.abc import Mapping

from jnst.backbones.checks import check_layers
from jnst.backbones.tables import BACKBONES
from jnst.dreams.activation import OBJECTIVES, Aim
from jnst.dreams.settings import DreamSettings
from jnst.errors import InputError, check_at_least, check_at_most, check_choice
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
