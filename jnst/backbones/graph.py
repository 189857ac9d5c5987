"""A network as a table of layers, and the one engine that runs any of them.

A table lists layers in an order in which each comes after those that it reads. Layers have the
names that Keras gives them. A batch normalisation behind a convolution is folded into it, and the
layer has the name of the normalisation: what it computes is what Keras's computes.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Features, Image, Params
from jnst.backbones import nn, winograd
from jnst.backbones.layers import INPUT, Layer, Table
from jnst.backbones.pooling import GAIN, pool, slide_avg
from jnst.errors import check_choice

_Map = Float[Array, "1 _ _ _"]


WEIGHTED = ("conv", "depthwise", "scale")
"""The operations that have weights."""
_WINDOWED = ("conv", "depthwise", "max", "avg", "framed avg")


def kernels(table: Table) -> dict[str, tuple[int, int, int, int]]:
    """Return the HWIO shape of each kernel, by layer, in order; biases have one value an output."""
    channels = {INPUT: 3} | {layer.name: layer.channels for layer in table}
    return {
        layer.name: (
            *layer.size,
            channels[layer.inputs[0]] if layer.op == "conv" else 1,
            layer.channels,
        )
        for layer in table
        if layer.op in WEIGHTED
    }


def sizes(table: Table, height: int, width: int) -> dict[str, tuple[int, int]]:
    """Return height and width of each layer's map for a picture of this size, 0 for too small."""
    found = {INPUT: (height, width)}
    for layer in table:
        height, width = found[layer.inputs[0]]
        if layer.op in _WINDOWED:
            window = [(height, layer.size[0]), (width, layer.size[1])]
            height, width = (
                nn.positions(length, size, layer.stride, layer.frame) if length else 0
                for length, size in window
            )
        found[layer.name] = height, width
    return found


def needed(table: Table, layers: Collection[str]) -> list[Layer]:
    """List the layers that `layers` depend on, and these, in order."""
    wanted, found = set(layers), []
    for layer in reversed(table):
        if layer.name in wanted:
            found.append(layer)
            wanted.update(layer.inputs)
    return found[::-1]


def lacking(table: Table, params: Params, layer: str) -> list[str]:
    """List the layers without weights among those that a layer depends on."""
    weighted = [one.name for one in needed(table, [layer]) if one.op in WEIGHTED]
    return [name for name in weighted if name not in params]


def with_winograd(table: Table, params: Params) -> Params:
    """Add transformed kernels to weights, where `jnst.backbones.winograd` is faster.

    Kernels of 3 x 3, stride 1, zeros around, and enough channels, or the additions cost more than
    the products that they save. Measured on a CPU of two cores. A GPU's library does it by itself.
    """
    suited = {
        layer.name
        for layer in table
        if (layer.op, layer.size, layer.stride) == ("conv", (3, 3), 1)
        and layer.frame in ("same", 1)
    }

    def chosen(name: str, weights: Mapping[str, Array]) -> Mapping[str, Array]:
        if name not in suited or not _pays(*weights["kernel"].shape[2:]):
            return weights
        kernel = winograd.transform(np.asarray(weights["kernel"]))
        return {**weights, "winograd": kernel}

    return {name: chosen(name, weights) for name, weights in params.items()}


def _pays(inputs: int, outputs: int) -> bool:
    return min(inputs, outputs) >= 64 and max(inputs, outputs) >= 128


def preprocess(image: Image, mean: Float[Array, "1 1 1 3"]) -> Image:
    """Turn RGB in [0, 1] into what the networks' weights are for: BGR, 0 to 255, minus the mean.

    VGG's ImageNet mean is (103.939, 116.779, 123.68) in blue, green, red. Where a network was
    trained on other units, its first kernel was converted.
    """
    return image[..., ::-1] * 255 - mean


def features(
    table: Table,
    params: Params,
    image: Image,
    layers: Collection[str],
    *,
    pooling: str = "max",
    rescale: bool = False,
    padding: str = "zeros",
    precision: str = "float32",
) -> Features:
    """Compute the feature maps of `layers` for one picture, and nothing that they do not need.

    Args:
        table: the network.
        params: weights as `weights.store.load` returns them, kernels HWIO, for BGR input; or some
            with what `with_winograd` adds.
        image: RGB in [0, 1], large enough: see `sizes`.
        layers: names from the table, in any order.
        pooling: what is done where the network takes maxima: "max", as trained, "avg", which Gatys
            et al. found gives smoother pictures, or "l2".
        rescale: multiply what "avg" and "l2" make of these by `pooling.GAIN`, so that deeper
            layers see activations of the size that they were trained on.
        padding: what the convolutions of the picture itself see outside it: "zeros", as trained, or
            "edge", which leaves no trace at the border. All others pad with zeros.
        precision: a name in `nn.PRECISION`: what the maps are computed and kept in.

    Returns:
        The maps by layer, each [1, h, w, c], in the precision of the picture.

    Raises:
        InputError: for an unknown layer, kind of pooling, padding or precision.

    """
    names = [layer.name for layer in table]
    gain = GAIN[check_choice("pooling", pooling, GAIN)]
    chosen = {check_choice("layer", layer, names) for layer in layers}
    kept = nn.PRECISION[check_choice("precision", precision, nn.PRECISION)]
    x = preprocess(jnp.asarray(image), params[INPUT]["mean"])
    found = {INPUT: x.astype(kept or x.dtype)}
    for layer in needed(table, chosen):
        maps = [found[name] for name in layer.inputs]
        around = padding if INPUT in layer.inputs else "zeros"
        weights = params[layer.name] if layer.op in WEIGHTED else {}
        y = _run(layer, maps, weights, pooling, around)
        found[layer.name] = y * gain if rescale and layer.op == "max" else y
    return {layer: found[layer].astype(x.dtype) for layer in chosen}


def _run(
    layer: Layer, maps: Sequence[_Map], weights: Mapping[str, Array], pooling: str, around: str
) -> _Map:
    """Compute one layer's map from those that it reads."""
    x = maps[0]
    window = {"stride": layer.stride, "frame": layer.frame}
    match layer.op:
        case "conv" if "winograd" in weights and math.prod(x.shape[1:3]) > nn.FEW:
            return winograd.conv2d(x, weights["winograd"], weights["bias"])
        case "conv" | "depthwise":
            return nn.conv2d(x, weights["kernel"], weights["bias"], **window, padding=around)
        case "scale":
            return nn.scale(x, weights["kernel"], weights["bias"])
        case "relu":
            return nn.relu(x)
        case "relu6":
            return nn.relu6(x)
        case "max":
            return pool(x, pooling, size=layer.size[0], **window)
        case "avg":
            return pool(x, "avg", size=layer.size[0], **window)
        case "framed avg":
            return slide_avg(x, size=layer.size[0], **window, framed=True)
        case "add":
            return x + maps[1]
        case _:
            return jnp.concatenate(maps, axis=-1)
