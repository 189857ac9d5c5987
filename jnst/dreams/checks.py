"""What the settings of a dream ask for together, and checks of them."""

from collections.abc import Mapping

from jnst.backbones.checks import check_layers
from jnst.backbones.tables import BACKBONES
from jnst.dreams.activation import OBJECTIVES, Aim
from jnst.dreams.settings import DreamSettings, check_numbers
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


def aim_of(settings: DreamSettings) -> tuple[str, Aim]:
    """Check all settings; return the network's name, and what is increased.

    Raises:
        InputError: that names the first setting which cannot be used.

    """
    check_numbers(settings)
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
