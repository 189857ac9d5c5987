"""A network as a table of layers: forward, and backward from any of them to the pixels.

The table is as in `jnst.backbones.graph`: each layer after those that it reads.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jnst.byhand.backbones import nn, pooling

INPUT = "input"
"""Name of the input of the first layer: the preprocessed picture."""
Params = Mapping[str, Mapping[str, np.ndarray]]
"""Network weights, by layer and kind; see `jnst.arrays.Params`."""
Maps = dict[str, np.ndarray]
"""Feature maps by layer name."""


class Layer(NamedTuple):
    """One layer: what it does, to which others; see `jnst.backbones.layers.Layer`."""

    name: str
    op: str
    inputs: tuple[str, ...]
    size: tuple[int, int] = (1, 1)
    stride: int = 1
    frame: nn.Frame = "same"


class Options(NamedTuple):
    """Options of the network: pooling, its rescaling, and padding."""

    pooling: str = "max"
    rescale: bool = False
    padding: str = "zeros"


def preprocess(image: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Compute x = 255 · (image, channels reversed) - mean: RGB in [0, 1] to BGR as in Caffe."""
    return image[..., ::-1] * 255 - mean


def preprocess_backward(dx: np.ndarray) -> np.ndarray:
    """∂E/∂image = 255 · dx with its channels reversed: a permutation's transpose undoes it."""
    return dx[..., ::-1] * 255


def features(
    table: Sequence[Any],
    params: Params,
    image: np.ndarray,
    layers: Collection[str],
    options: Options = Options(),  # noqa: B008 (immutable)
) -> Maps:
    """Compute the maps of `layers` and of all that they depend on, in order.

    More than `jnst.backbones.graph.features` returns, because `backward` needs what lies between.
    """
    wanted, order = set(layers), []
    for layer in reversed(table):
        if layer.name in wanted:
            order.append(layer)
            wanted.update(layer.inputs)
    found = {INPUT: preprocess(image, params[INPUT]["mean"])}
    for layer in reversed(order):
        maps = [found[name] for name in layer.inputs]
        found[layer.name] = _forward(layer, maps, params.get(layer.name, {}), options)
    return found


def backward(
    table: Sequence[Any],
    params: Params,
    found: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    options: Options = Options(),  # noqa: B008 (immutable)
) -> np.ndarray:
    """Compute ∂E/∂image from ∂E/∂F at the layers where the loss reads features.

    Walks the table from its end. At each layer several contributions meet: what the loss itself
    asks of that map, and what comes back from every layer that read it, for the derivative of a sum
    is the sum of the derivatives.

    Args:
        table: the network.
        params: the weights.
        found: all maps, as `features` returned them.
        gradients: ∂E/∂F by layer, for some of the layers in `found`.
        options: as in the forward pass.

    """
    waiting = dict(gradients)
    for layer in reversed(table):
        if layer.name not in waiting:
            continue
        maps = [found[name] for name in layer.inputs]
        dy, weights = waiting.pop(layer.name), params.get(layer.name, {})
        back = _backward(layer, dy, found[layer.name], maps, weights, options)
        for name, dx in zip(layer.inputs, back, strict=True):
            waiting[name] = waiting[name] + dx if name in waiting else dx
    return preprocess_backward(waiting.get(INPUT, np.zeros_like(found[INPUT])))


def _forward(layer: Any, maps: list, weights: Any, options: Options) -> np.ndarray:
    x, window = maps[0], {"stride": layer.stride, "frame": layer.frame}
    match layer.op:
        case "conv" | "depthwise":
            window["padding"] = options.padding if INPUT in layer.inputs else "zeros"
            return nn.conv2d(x, weights["kernel"], weights["bias"], **window)
        case "scale":
            return nn.scale(x, weights["kernel"], weights["bias"])
        case "relu":
            return nn.relu(x)
        case "relu6":
            return nn.relu6(x)
        case "max":
            gain = pooling.GAIN[options.pooling] if options.rescale else 1.0
            forward, _ = pooling.SLIDING[options.pooling]
            return forward(x, size=layer.size[0], **window) * gain
        case "avg" | "framed avg":
            framed = layer.op != "avg"
            return pooling.slide_avg(x, size=layer.size[0], **window, framed=framed)
        case "add":
            return x + maps[1]
        case "concat":
            return np.concatenate(maps, axis=-1)
    raise ValueError(layer.op)


def _backward(
    layer: Any, dy: np.ndarray, y: np.ndarray, maps: list, weights: Any, options: Options
) -> list[np.ndarray]:
    """Return ∂E/∂x for each map x that the layer read."""
    x, window = maps[0], {"stride": layer.stride, "frame": layer.frame}
    match layer.op:
        case "conv" | "depthwise":
            window["padding"] = options.padding if INPUT in layer.inputs else "zeros"
            return [nn.conv2d_backward(dy, weights["kernel"], shape=x.shape, **window)]
        case "scale":
            return [nn.scale_backward(dy, weights["kernel"])]
        case "relu":
            return [nn.relu_backward(dy, y)]
        case "relu6":
            return [nn.relu6_backward(dy, y)]
        case "max":
            gain = pooling.GAIN[options.pooling] if options.rescale else 1.0
            _, back = pooling.SLIDING[options.pooling]
            return [back(dy * gain, x, size=layer.size[0], **window)]
        case "avg" | "framed avg":
            framed = layer.op != "avg"
            back = pooling.slide_avg_backward
            return [back(dy, x, size=layer.size[0], **window, framed=framed)]
        case "add":
            return [dy, dy]
        case "concat":
            ends = np.cumsum([map_.shape[-1] for map_ in maps])[:-1]
            return np.split(dy, ends, axis=-1)
    raise ValueError(layer.op)
