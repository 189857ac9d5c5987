"""Any style at once, by the means and deviations of VGG19's features.

Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
Normalization", arXiv:1703.06868; xunhuang1995@6d8ac28. The content's features at relu4_1 take on
mean and deviation of the style's, and the decoder, which has no norms, makes a picture of them. As
published, in Lua, variances are divided by n, and ε is of the content alone. In the copy in torch,
naoto0804/pytorch-AdaIN@47950d0, they are divided by n - 1, and ε is of both pictures.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.byhand.feedforward.norms import EPSILON
from jnst.feedforward import parameters
from jnst.feedforward.layers import Input, Mix, Norm, Row, Statistic, Table
from jnst.feedforward.networks import vgg
from jnst.feedforward.parameters import check_tensor

_ENCODER = vgg.ENCODER
DECODER = "decoder/"
"""What the names of the decoder's parameters begin with."""


def table(*, torch: bool = False) -> Table:
    """List the rows: from "picture" and "style", RGB in [0, 1], and "strength", a vector of one.

    `torch` says whether variances are those of the copy in torch, or as published; see above.

    The strength goes from 0, the picture's own features, to 1. What is to be known of a style are
    the rows "mean" and "deviation". What comes out is RGB in about [0, 1], not clipped. Each side
    is rounded up to a multiple of 8: 37 x 50 pixels become 40 x 56.
    """
    style, picture = Input("style", 3), Input("picture", 3)
    rows: list[Row] = [style, *vgg.encoder(style, "style/", 4, shared=_ENCODER)]
    features = (rows[-1].name,)
    epsilon = EPSILON if torch else 0.0
    rows += [Statistic("mean", features, "mean")]
    rows += [Statistic("deviation", features, "deviation", epsilon, unbiased=torch)]
    rows += [picture, *vgg.encoder(picture, "picture/", 4, shared=_ENCODER)]
    x = rows[-1].name
    rows += [Norm("adain", (x, "deviation", "mean"), "given", unbiased=torch)]
    rows += [Input("strength", 1), mixed := Mix("mixed", (x, "adain", "strength"))]
    return (*rows, *vgg.decoder(mixed, DECODER, 4))


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
    exact = {f"{_ENCODER}{vgg.UNITS}.{kind}": array for kind, array in vgg.units(encoder).items()}
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
        shape = known[DECODER + name]["kernel"]
        parts = {"index": shape, "zero": (), "step": (), "bias": shape[3:]}
        index, zero, step, bias = (
            check_tensor(f"{name}.{kind}", decoder.get(f"{name}.{kind}"), wanted)
            for kind, wanted in parts.items()
        )
        exact[f"{DECODER}{name}.kernel"] = (index.astype(np.int32) + zero) * step
        exact[f"{DECODER}{name}.bias"] = bias
    return parameters.convert(table(), exact, lambda row, kind: f"{row}.{kind}", layout="HWIO")


def tensor_in_torch(row: str, kind: str) -> str:
    """Return the name of a parameter in the files of the copy in torch, after "encoder/"."""
    part, conv = row.split("/")
    names = vgg.names(4)
    places = vgg.places(names[::-1], 1) if f"{part}/" == DECODER else vgg.encoder_places(names)
    return f"{part}/{places[conv]}.{'weight' if kind == 'kernel' else kind}"


def read_torch(published: _Tensors) -> Params:
    """Turn the tensors of the copy in torch, its two files as one, into parameters.

    Args:
        published: those of `vgg_normalised.pth`, with "encoder/" before their names, and those of
            `decoder.pth`, with "decoder/".

    Raises:
        InputError: for a tensor that is missing, of another shape, or not finite.

    """
    return parameters.convert(table(torch=True), published, tensor_in_torch)
