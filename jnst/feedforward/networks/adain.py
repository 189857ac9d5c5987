"""Any style at once, by the means and deviations of VGG19's features.

Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
Normalization", arXiv:1703.06868; xunhuang1995@6d8ac28. The content's features at relu4_1 take on
mean and deviation of the style's, and the decoder, which has no norms, makes a picture of them. As
published, and unlike torch's copies, variances are divided by n, and ε is of the content alone.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.feedforward import parameters
from jnst.feedforward.layers import Input, Mix, Norm, Row, Statistic, Table
from jnst.feedforward.networks import vgg
from jnst.feedforward.parameters import check_tensor

_ENCODER, _DECODER = "encoder/", "decoder/"


def table() -> Table:
    """List the rows: from "picture" and "style", RGB in [0, 1], and "strength", a vector of one.

    The strength goes from 0, the picture's own features, to 1. What is to be known of a style are
    the rows "mean" and "deviation". What comes out is RGB in about [0, 1], not clipped. Each side
    is rounded up to a multiple of 8: 37 x 50 pixels become 40 x 56.
    """
    style, picture = Input("style", 3), Input("picture", 3)
    rows: list[Row] = [style, *vgg.encoder(style, "style/", 4, shared=_ENCODER)]
    features = (rows[-1].name,)
    rows += [Statistic(kind, features, kind) for kind in ("mean", "deviation")]
    rows += [picture, *vgg.encoder(picture, "picture/", 4, shared=_ENCODER)]
    x = rows[-1].name
    rows += [Norm("adain", (x, "deviation", "mean"), "given"), Input("strength", 1)]
    rows += [mixed := Mix("mixed", (x, "adain", "strength"))]
    return (*rows, *vgg.decoder(mixed, _DECODER, 4))


_Tensors = Mapping[str, np.ndarray]


def read(encoder: Params, means: _Tensors, decoder: _Tensors) -> Params:
    """Turn VGG19, what rescales it, and the published decoder into parameters.

    Args:
        encoder: the weights of VGG19, as `weights.store.load` returns them.
        means: of each filter, `conv1_1.mean`, ..., and the rescaled biases, `conv1_1.bias`, ... A
            kernel is multiplied by the means of what it reads, and divided by those of what it
            makes.
        decoder: kernels of 8 bit, (`conv1_1.index` + `.zero`) · `.step`, HWIO, and `.bias`.

    Raises:
        InputError: for a tensor that is missing, of another shape, or not finite.

    """
    known = parameters.shapes(table())
    exact = {f"{_ENCODER}{vgg.UNITS}.{kind}": array for kind, array in _units(encoder).items()}
    before = np.ones(3, np.float32)
    for name in vgg.names(4):
        shape = known[_ENCODER + name]["kernel"]
        kernel = check_tensor(f"{name}/kernel", encoder.get(name, {}).get("kernel"), shape)
        mean = check_tensor(f"{name}.mean", means.get(f"{name}.mean"), shape[3:])
        exact[f"{_ENCODER}{name}.kernel"] = kernel * (before[:, None] / mean)
        bias = f"{name}.bias"
        exact[_ENCODER + bias] = check_tensor(bias, means.get(bias), shape[3:])
        before = mean
    for name in vgg.names(4):
        shape = known[_DECODER + name]["kernel"]
        parts = {"index": shape, "zero": (), "step": (), "bias": shape[3:]}
        index, zero, step, bias = (
            check_tensor(f"{name}.{kind}", decoder.get(f"{name}.{kind}"), wanted)
            for kind, wanted in parts.items()
        )
        exact[f"{_DECODER}{name}.kernel"] = (index.astype(np.int32) + zero) * step
        exact[f"{_DECODER}{name}.bias"] = bias
    return parameters.convert(table(), exact, lambda row, kind: f"{row}.{kind}", layout="HWIO")


def _units(encoder: Params) -> dict[str, np.ndarray]:
    """Return what turns RGB in [0, 1] into BGR, 0 to 255, minus the encoder's mean."""
    mean = check_tensor("input/mean", encoder.get("input", {}).get("mean"), (1, 1, 1, 3))
    return {"kernel": 255 * np.eye(3)[None, None, :, ::-1], "bias": -mean[0, 0, 0]}
