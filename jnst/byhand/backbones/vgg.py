"""VGG16 and VGG19 forward, and backward from gradients at any of their layers to the pixels."""

from collections.abc import Collection, Mapping

import numpy as np

from jnst.byhand import nn

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def layer_names(convolutions: tuple[int, ...]) -> tuple[str, ...]:
    """Name every layer in order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, and so on."""
    names = []
    for block, count in enumerate(convolutions, start=1):
        for index in range(1, count + 1):
            names += [f"conv{block}_{index}", f"relu{block}_{index}"]
        names.append(f"pool{block}")
    return tuple(names)


def preprocess(image: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Compute x = 255 · (image, channels reversed) - mean: RGB in [0, 1] to BGR as in Caffe."""
    return image[..., ::-1] * 255 - mean


def preprocess_backward(dx: np.ndarray) -> np.ndarray:
    """∂E/∂image = 255 · dx with its channels reversed: a permutation's transpose undoes it."""
    return dx[..., ::-1] * 255


def features(
    params: Mapping[str, Mapping[str, np.ndarray]],
    image: np.ndarray,
    layers: Collection[str],
    *,
    name: str = "vgg19",
    pooling: str = "max",
    rescale: bool = False,
    padding: str = "zeros",
) -> dict[str, np.ndarray]:
    """Compute the maps of every layer up to the deepest of `layers`, in order.

    More than `jnst.backbones.vgg.features` returns, because `backward` needs what lies between.
    """
    order = layer_names(CONVOLUTIONS[name])
    pool, _ = nn.POOLING[pooling]
    gain = nn.POOLING_GAIN[pooling] if rescale else 1.0
    found = {}
    x = preprocess(image, params["input"]["mean"])
    for layer in order[: 1 + max(order.index(layer) for layer in layers)]:
        if layer.startswith("conv"):
            around = padding if layer == "conv1_1" else "zeros"
            x = nn.conv2d(x, params[layer]["kernel"], params[layer]["bias"], padding=around)
        elif layer.startswith("relu"):
            x = nn.relu(x)
        else:
            x = pool(x) * gain
        found[layer] = x
    return found


def backward(
    params: Mapping[str, Mapping[str, np.ndarray]],
    found: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    *,
    pooling: str = "max",
    rescale: bool = False,
    padding: str = "zeros",
) -> np.ndarray:
    """Compute ∂E/∂image from ∂E/∂F at the layers where the loss reads features.

    Walks the network from the deepest layer up. At each layer two contributions meet: what the loss
    itself asks of that map, and what comes back from the layers below, for the derivative of a sum
    is the sum of the derivatives.

    Args:
        params: the weights.
        found: all maps, in order, as `features` returned them.
        gradients: ∂E/∂F by layer, for some of the layers in `found`.
        pooling: as in the forward pass, like the next two.
        rescale: whether pooled maps were multiplied by `nn.POOLING_GAIN`.
        padding: of the first convolution.

    """
    _, pool_backward = nn.POOLING[pooling]
    gain = nn.POOLING_GAIN[pooling] if rescale else 1.0
    order = list(found)
    dx = np.zeros_like(found[order[-1]])
    for i in reversed(range(len(order))):
        layer = order[i]
        if layer in gradients:
            dx = dx + gradients[layer]
        if layer.startswith("conv"):
            around = padding if layer == "conv1_1" else "zeros"
            dx = nn.conv2d_backward(dx, params[layer]["kernel"], padding=around)
        elif layer.startswith("relu"):
            dx = nn.relu_backward(dx, found[layer])
        else:
            dx = pool_backward(dx * gain, found[order[i - 1]])
    return preprocess_backward(dx)
