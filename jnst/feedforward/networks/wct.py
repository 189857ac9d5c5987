"""Any style at once, by the covariances of VGG19's features, level by level.

Li, Fang, Yang, Wang, Lu, Yang 2017, "Universal Style Transfer via Feature Transforms",
arXiv:1705.08086; Yijunmaverick@55f3717. At each level the picture is encoded, its features are
whitened and coloured (see `jnst.feedforward.whitening`), and a decoder makes a picture of them,
which goes to the next level, from deep features to shallow ones.

Here are tables of two published networks: levels 1 to 3, with one encoder for all of them, and all
five levels with a sixteenth of the numbers and an encoder for each (Wang, Li, Wang, Hu, Yang 2020,
"Collaborative Distillation for Ultra-Resolution Universal Style Transfer", arXiv:2003.08436).

Departure: of few positions for each channel, the features are decomposed, and not their covariance
as in the published code; the eigenvalues are the same, with less rounding (see
`jnst.feedforward.roots`). By the covariance, in float32, the sixteenth's picture of 160 x 120
pixels was 0.01 off after level 5, where there are fewer positions than channels, and 0.1 after all
five; now it is 2e-5 and 2e-4.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from jnst.arrays import Params
from jnst.errors import check_choice
from jnst.feedforward import parameters
from jnst.feedforward.layers import Input, Mix, Row, Statistic, Table, Whiten
from jnst.feedforward.networks import vgg


class Kind(NamedTuple):
    """A published network: its channels in each block, by level, and whether a last ReLU is there.

    `shared` says whether all levels have one encoder.
    """

    widths: Mapping[int, tuple[int, ...]]
    shared: bool
    last: str


_SLIM = (16, 32, 64, 128, 128)
KINDS = {
    "whole": Kind(dict.fromkeys((1, 2, 3), vgg.WIDTHS), True, ""),
    "sixteenth": Kind({1: (24,), **dict.fromkeys((2, 3, 4, 5), _SLIM)}, False, "relu"),
}
"""The published networks by name."""


def table(kind: str, levels: Sequence[int]) -> Table:
    """List the rows: from "picture" and "style", RGB in [0, 1], and "strength", a vector of one.

    The strength goes from 0, the picture's own features, to 1; as published it is 0.6. What is to
    be known of a style are the rows "mean5", "root5", and so on. Each side is rounded
    down to a multiple of 16 by level 5, 8 by level 4, 4 by level 3, 2 by level 2: from 3 to 1, 37 x
    50 pixels become 36 x 48.

    Args:
        kind: a name in `KINDS`.
        levels: in the order in which they are run; as published from deep to shallow.

    Raises:
        InputError: for a network or a level that was not published.

    """
    chosen = KINDS[check_choice("network", kind, KINDS)]
    for level in levels:
        check_choice("level", str(level), map(str, chosen.widths))
    rows: list[Row] = [style := Input("style", 3), Input("strength", 1)]
    rows += [picture := Input("picture", 3)]
    for level in levels:
        widths = chosen.widths[level]
        encoder = vgg.ENCODER if chosen.shared else f"encoder{level}/"
        options = {"shared": encoder, "widths": widths, "pooling": "valid"}
        rows += vgg.encoder(style, f"style{level}/", level, **options)
        features, moments = (rows[-1].name,), (f"mean{level}", f"root{level}")
        rows += [Statistic(moments[0], features, "mean"), Statistic(moments[1], features, "root")]
        rows += vgg.encoder(picture, f"picture{level}/", level, **options)
        features = rows[-1].name
        rows += [Whiten(f"whitened{level}", (features, *moments))]
        rows += [mixed := Mix(f"mixed{level}", (features, f"whitened{level}", "strength"))]
        rows += vgg.decoder(mixed, f"decoder{level}/", level, widths=widths, last=chosen.last)
        picture = rows[-1]
    return tuple(rows)


def autoencoder(level: int) -> Table:
    """List the rows from "picture", by its features at relu`level`_1, to the picture again.

    It is a level of `table` that changes no features, with the same parameters: what a decoder is
    trained by (equation 1 of the paper).
    """
    picture, prefix = Input("picture", 3), f"picture{level}/"
    rows = [picture, *vgg.encoder(picture, prefix, level, shared=vgg.ENCODER, pooling="valid")]
    return (*rows, *vgg.decoder(rows[-1], f"decoder{level}/", level))


def read(kind: str, levels: Sequence[int], published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of a published file into the parameters of a table.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    return parameters.convert(table(kind, levels), published, functools.partial(tensor, kind))


def tensor(kind: str, row: str, what: str) -> str:
    """Return the name of a parameter in a published file."""
    place = {"whole": _of_whole, "sixteenth": _of_sixteenth}[kind]
    stem, conv = row.split("/")
    return f"{place(stem, conv)}.{'weight' if what == 'kernel' else what}"


def _of_whole(stem: str, conv: str) -> str:
    """Return the name in Torch's sequence, which counts padding, ReLU, pooling, upsampling too."""
    if stem == "encoder":
        return f"encoder.{vgg.encoder_places(vgg.names(3))[conv]}"
    names = vgg.names(int(stem[-1]))[::-1]
    return f"{stem}.{vgg.places(names, 1)[conv]}"


def _of_sixteenth(stem: str, conv: str) -> str:
    return f"{stem}.{'conv0' if conv == vgg.UNITS else conv.replace('_', '')}"
