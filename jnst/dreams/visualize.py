"""Feature visualization: a picture, begun from noise, that makes one channel respond most.

C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization" (Distill, 2017), and their library
Lucid: Adam moves the waves and colours of `jnst.dreams.fourier`, and what it sees is moved at
random before each step. Where that is less than theirs: `jnst.dreams.transforms`.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jnst.arrays import Array, FeatureMap, Params, Scalar
from jnst.backbones import graph
from jnst.backbones.checks import check_layers, too_small
from jnst.backbones.tables import BACKBONES
from jnst.dreams import fourier, transforms
from jnst.dreams.fourier import Spectrum
from jnst.dreams.settings import VisualizeSettings, check_shown
from jnst.engines.memory import check_memory
from jnst.errors import InputError
from jnst.methods.progress import Progress
from jnst.weights.network import Network, default_backbone, open_network
from jnst.xla import find_devices, jit, own_switches

_PADDING = "edge"


def check(settings: VisualizeSettings) -> str:
    """Check all settings; return the network's name.

    Raises:
        InputError: that names the first setting which cannot be used.

    """
    check_shown(settings)
    backbone = settings.backbone or default_backbone()
    check_layers(backbone, [settings.layer])
    counts = {layer.name: layer.channels for layer in BACKBONES[backbone].table}
    count = counts[settings.layer]
    for channel in settings.channel:
        if not (isinstance(channel, int) and 0 <= channel < count):
            raise InputError(
                f"channel of {settings.layer} must be a number from 0 to {count - 1}, "
                f"not {channel!r}"
            )
    side = settings.size + 2 * transforms.PAD
    if reason := too_small(backbone, (settings.layer,), side, side):
        raise InputError(f"with its padding the picture is {reason}; take a larger size")
    return backbone


def before_rectifier(table: graph.Table, layer: str, channel: int) -> tuple[str, int]:
    """Find the layer and channel whose rectified values a channel holds; if none, return itself.

    A rectifier that is silent has no gradient, and most are, in the noise that a run begins with:
    there would be no way uphill. So what is increased is what the rectifier reads.
    """
    layers = {one.name: one for one in table}
    one = layers[layer]
    if one.op == "concat":
        for name in one.inputs:
            if channel < layers[name].channels:
                return before_rectifier(table, name, channel)
            channel -= layers[name].channels
    return (one.inputs[0], channel) if one.op.startswith("relu") else (layer, channel)


def open_for(settings: VisualizeSettings) -> Network:
    """Check the settings and read what they need of the network's weights."""
    network = open_network(check(settings), [settings.layer])
    find_devices()  # what the environment asks for may not be there
    return network._replace(params=jax.device_put(network.params))


def response(features: FeatureMap, channel: int | Array, *, neuron: bool) -> Scalar:
    """Compute what is increased: a channel's mean over all positions, or its middle position."""
    one = features[0, :, :, channel]
    return one[one.shape[0] // 2, one.shape[1] // 2] if neuron else jnp.mean(one)


@own_switches
def visualize(network: Network, settings: VisualizeSettings, channel: int) -> Iterator[Progress]:
    """Yield after each step; the last `image` shows what the channel looks for.

    Args:
        network: from `open_for`, once for all channels.
        settings: all else.
        channel: which.

    Raises:
        InputError: where the channel does not respond to noise at all: there is no way uphill; for
            a size that is larger than the memory.

    """
    optimizer = optax.adam(settings.learning_rate)
    table = BACKBONES[network.name].table
    layer, inside = before_rectifier(table, settings.layer, channel)
    compiled = program(network.name, layer, settings.neuron, settings.size, settings.learning_rate)
    start, key = jax.random.split(jax.random.key(settings.seed))
    spectrum = fourier.noise(start, settings.size, settings.size)
    state = optimizer.init(spectrum)
    side, seen = settings.size, settings.size + 2 * transforms.PAD
    ask = functools.partial(compiled.lower, network.params, spectrum, state, key, inside)
    check_memory("visualisation", (side, side), network.name, [layer], (seen, seen), ask)
    for step in range(1, settings.steps + 1):
        arguments = spectrum, state, jax.random.fold_in(key, step), inside
        value, slope, spectrum, state, image = compiled(network.params, *arguments)
        if not np.isfinite(slope):
            raise InputError(f"the response of channel {channel} is not a finite number")
        if step == 1 and slope == 0:
            raise InputError(
                f"channel {channel} of {settings.layer} does not respond to the noise that it "
                "begins with; take another seed"
            )
        picture = np.asarray(image)
        yield Progress(step, float(value), {}, picture, picture, float(value), 1.0)


@functools.lru_cache(maxsize=16)
def program(backbone: str, layer: str, neuron: bool, size: int, learning_rate: float) -> Callable:
    """Build `(params, spectrum, state, key, channel) -> (response, slope, spectrum, state, image)`.

    The channel is an argument: many share one program.
    """
    features, optimizer = BACKBONES[backbone].features, optax.adam(learning_rate)

    def loss(spectrum: Spectrum, params: Params, key: jax.Array, channel: Array) -> Scalar:
        seen = transforms.moved(key, fourier.to_image(spectrum, size))
        maps = features(params, seen, [layer], padding=_PADDING)
        return -response(maps[layer], channel, neuron=neuron)

    def run(
        params: Params, spectrum: Spectrum, state: Any, key: jax.Array, channel: Array
    ) -> tuple:
        value, gradient = jax.value_and_grad(loss)(spectrum, params, key, channel)
        update, state = optimizer.update(gradient, state, spectrum)
        moved: Any = optax.apply_updates(spectrum, update)
        slope = jnp.sum(gradient**2)
        return -value, slope, moved, state, fourier.to_image(moved, size)

    return jit(run)
