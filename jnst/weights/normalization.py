"""The normalised network: weights rescaled until every filter's mean activation is 1.

Gatys, Ecker and Bethge (NIPS 2015, section 2; CVPR 2016, section 2) compute their features with a
VGG network that they normalised so, over images and positions. Filters then weigh alike in a Gram
matrix, and layers in a sum over layers.

With a_l[o] the mean of filter o behind its rectifier in layer l, and a = 1 for the picture itself,

    W'_l[.., i, o] = W_l[.., i, o] · a_{l-1}[i] / a_l[o],    b'_l[o] = b_l[o] / a_l[o].

Then X'_l = X_l / a_l in every layer: what the layer below lost, its kernel gives back, and the rest
of the way is positively homogeneous, f(t·x) = t·f(x) for t > 0, channel by channel. Rectifiers are,
and max, average and L2 pooling, and padding with zeros. The network computes what it did, in other
units.

The papers do not name their pictures, nor say what becomes of a filter that never fires: here it
keeps its own scale, a = 1, which leaves it as it was.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Float

from jnst.arrays import Params
from jnst.backbones import vgg
from jnst.errors import InputError, check_choice
from jnst.xla import jit

Means = Mapping[str, Float[np.ndarray, " _"]]
"""Mean activations by convolution, one a filter: `means["conv1_1"]` belongs to `relu1_1`."""


def means(
    params: Params, pictures: Iterable[Float[np.ndarray, "1 _ _ 3"]], *, name: str = "vgg19"
) -> dict[str, Float[np.ndarray, " _"]]:
    """Compute the mean activation of each filter behind its rectifier, in float64.

    a_l[o] = Σ relu_l[p, o] / Σ 1, both sums over every position p of every picture: each position
    weighs the same, and so a large picture more than a small one. Pooling is by maximum, as
    trained: other kinds are homogeneous too, but give other means from block 2 on. Pictures go
    through one at a time.

    Args:
        params: weights as `weights.load` returns them, of all layers or of the first ones.
        pictures: RGB in [0, 1], of any sizes.
        name: "vgg16" or "vgg19".

    Raises:
        InputError: for an unknown network, no pictures, or one with no position in some layer.

    """
    order = vgg.LAYERS[check_choice("network", name, vgg.LAYERS)]
    chain = [layer for layer in order if layer in params]
    sums = {layer: np.zeros(params[layer]["bias"].shape) for layer in chain}
    positions = dict.fromkeys(chain, 0)
    rectified = {layer: layer.replace("conv", "relu") for layer in chain}
    compute = jit(lambda params, x: vgg.features(params, x, rectified.values(), name=name))
    for picture in pictures:
        found = compute(params, picture)
        for layer in chain:
            features = np.asarray(found[rectified[layer]])
            if not features.size:
                size = "{1} x {2}".format(*picture.shape)
                raise InputError(f"a picture of {size} has no position in {rectified[layer]}")
            # In float32 a long sum stops growing before its end.
            sums[layer] += features.sum(axis=(0, 1, 2), dtype=np.float64)
            positions[layer] += features[..., 0].size
    if not all(positions.values()):
        raise InputError("there are no pictures to take means over")
    return {layer: sums[layer] / positions[layer] for layer in chain}


def rescale(params: Params, scales: Means) -> Params:
    """Divide what each filter computes by its scale, and leave what the network computes.

    W' and b' are as above, in the precision of the weights; a scale of 0 counts as 1. `input/mean`
    and the first kernel's input channels stay untouched. Raises `InputError` where the scales do
    not fit the weights, or one is negative or not finite.
    """
    chain = sorted(params.keys() - {"input"})  # the alphabet has VGG's layers in order
    shapes = {layer: params[layer]["bias"].shape for layer in chain}
    if {layer: scale.shape for layer, scale in scales.items()} != shapes:
        raise InputError("there must be one scale for each filter of each convolution")
    if not all(np.isfinite(scale).all() and (scale >= 0).all() for scale in scales.values()):
        raise InputError("scales must be finite, and not negative")
    rescaled = {"input": dict(params["input"])}
    below = np.ones(1)
    for layer in chain:
        scale = np.where(scales[layer] == 0, 1, scales[layer]).astype(np.float64)
        kernel, bias = (np.asarray(params[layer][key]) for key in ("kernel", "bias"))
        rescaled[layer] = {
            "kernel": (kernel * (below[:, None] / scale)).astype(kernel.dtype),
            "bias": (bias / scale).astype(bias.dtype),
        }
        below = scale
    return rescaled
