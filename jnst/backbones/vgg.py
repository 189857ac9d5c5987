"""VGG16 and VGG19 (Simonyan and Zisserman, arXiv:1409.1556): one table, one engine.

Convolutions are 3x3 with zero padding, each followed by a rectifier; each block ends in 2x2
pooling. Layers carry the names of the Caffe originals: `conv4_2` is the map before the rectifier,
`relu4_2` the one after it, `pool4` the pooled end of block 4. The fully connected layers are left
out: style transfer uses none of them.

Papers that write 'conv4_2' nearly always mean what is called `relu4_2` here, because the Caffe
network rectified in place.
"""

from collections.abc import Collection, Mapping

import jax.numpy as jnp
from jaxtyping import Float

from jnst import nn
from jnst.arrays import Array, Features, Image, Params, check_choice

# Convolutions in each of the five blocks: the whole difference between the two networks.
CONVOLUTIONS: Mapping[str, tuple[int, ...]] = {
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}


def layer_names(convolutions: tuple[int, ...]) -> tuple[str, ...]:
    """Name every layer in order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, and so on."""
    names = []
    for block, count in enumerate(convolutions, start=1):
        for index in range(1, count + 1):
            names += [f"conv{block}_{index}", f"relu{block}_{index}"]
        names.append(f"pool{block}")
    return tuple(names)


LAYERS = {name: layer_names(convolutions) for name, convolutions in CONVOLUTIONS.items()}


def geometry(layers: tuple[str, ...]) -> dict[str, nn.Geometry]:
    """Compute stride and reach of each layer: a 3x3 convolution sees one position further."""
    found, stride, reach = {}, 1, 0
    for layer in layers:
        if layer.startswith("conv"):
            reach += stride
        elif layer.startswith("pool"):
            stride *= 2
        found[layer] = nn.Geometry(stride, reach)
    return found


def preprocess(image: Image, mean: Float[Array, "1 1 1 3"]) -> Image:
    """Turn RGB in [0, 1] into what the network was trained on: BGR, 0 to 255, minus the mean.

    The ImageNet mean is (103.939, 116.779, 123.68) in blue, green, red.
    """
    return image[..., ::-1] * 255 - mean


def features(
    params: Params,
    image: Image,
    layers: Collection[str],
    *,
    name: str = "vgg19",
    pooling: str = "max",
    rescale: bool = False,
    padding: str = "zeros",
    precision: str = "float32",
) -> Features:
    """Compute the feature maps of `layers` for one picture, and nothing deeper than the deepest.

    Args:
        params: weights as `backbones.weights.load` returns them: kernels HWIO, for BGR input.
        image: RGB in [0, 1], at least 2^(number of poolings passed) pixels a side.
        layers: names from `LAYERS[name]`, in any order.
        name: "vgg16" or "vgg19".
        pooling: "max", as trained, "avg", which Gatys et al. found gives smoother pictures, or
            "l2".
        rescale: multiply what "avg" and "l2" make by `nn.POOLING_GAIN`, so that deeper layers see
            activations of the size that they were trained on.
        padding: what the first convolution sees outside the picture: "zeros", as trained, or
            "edge", which leaves no trace at the border. All others pad with zeros.
        precision: a name in `nn.PRECISION`: what the maps are computed and kept in.

    Returns:
        The maps by layer, each [1, h, w, c], in the precision of the picture; h and w are those of
        the picture divided by 2 for each pooling passed, rounded down.

    Raises:
        InputError: for an unknown network, layer, kind of pooling, padding or precision.

    """
    order = LAYERS[check_choice("network", name, LAYERS)]
    missing = {check_choice(f"layer of {name}", layer, order) for layer in layers}
    pool = nn.POOLING[check_choice("pooling", pooling, nn.POOLING)]
    gain = nn.POOLING_GAIN[pooling] if rescale else 1.0
    found: Features = {}
    x = preprocess(jnp.asarray(image), params["input"]["mean"])
    given, kept = x.dtype, nn.PRECISION[check_choice("precision", precision, nn.PRECISION)]
    x = x.astype(kept or given)
    for layer in order:
        if not missing:
            break
        if layer.startswith("conv"):
            around = padding if layer == "conv1_1" else "zeros"
            x = nn.conv2d(x, params[layer]["kernel"], params[layer]["bias"], padding=around)
        elif layer.startswith("relu"):
            x = nn.relu(x)
        else:
            x = pool(x) * gain
        if layer in missing:
            found[layer] = x.astype(given)
            missing.remove(layer)
    return found
