"""The networks that paint in one pass, by name, and what whoever runs one has to know of it."""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from types import ModuleType
from typing import NamedTuple

import numpy as np

from jnst.arrays import Params
from jnst.feedforward import parameters
from jnst.feedforward.layers import Pad, Table
from jnst.feedforward.networks import (
    adain,
    ghiasi,
    johnson,
    lengstrom,
    microast,
    mobilejohnson,
    multistyle,
    wct,
)

Tensors = Mapping[str, np.ndarray]
"""The tensors of a published file by name."""


class Network(NamedTuple):
    """A network, and how pictures go in.

    `sign` is a tensor by which a published file of it is recognized, and `read` turns such a file's
    tensors into parameters; None for AdaIN, which wants VGG19 as well. Pictures whose sides are
    multiples of `multiple` come out as large as they went in. `known` are the rows that hold all
    there is to know of a style, `side` is the height and width that styles are given with, None for
    any. `strength` is the one that is published. `mixed` says whether it is an input of the table;
    where it is not, it lies between what is known of the style and of the picture. `kept` are the
    tensors that are needed of a file that holds more; None where all are.
    """

    table: Table
    multiple: int
    sign: str
    read: Callable[[Tensors], Params] | None
    known: tuple[str, ...] = ()
    side: int | None = None
    strength: float = 1.0
    mixed: bool = False
    kept: Collection[str] | None = None

    @property
    def least(self) -> int:
        """The least side of a picture: two positions of the smallest map, and enough to mirror."""
        mirrored = max((row.frame + 1 for row in self.table if isinstance(row, Pad)), default=0)
        return self.multiple * max(2, -(-mirrored // self.multiple))


def _of_wct(kind: str, levels: tuple[int, ...], sign: str) -> Network:
    known = tuple(f"{what}{level}" for level in levels for what in ("mean", "root"))
    read = functools.partial(wct.read, kind, levels)
    table, multiple = wct.table(kind, levels), 2 ** (max(levels) - 1)
    kept = parameters.names(table, functools.partial(wct.tensor, kind))
    return Network(table, multiple, sign, read, known, strength=0.6, mixed=True, kept=kept)


def _of_adain(sign: str, read: Callable[[Tensors], Params] | None, *, torch: bool) -> Network:
    table = adain.table(torch=torch)
    kept = parameters.names(table, adain.tensor_in_torch) if torch else None
    return Network(table, 8, sign, read, ("mean", "deviation"), mixed=True, kept=kept)


def _of_one_style(module: ModuleType, sign: str) -> Network:
    return Network(module.table(), 4, sign, module.read)


ONE_STYLE: Mapping[str, Network] = {
    "johnson": _of_one_style(johnson, "deconv1.conv2d.weight"),
    "lengstrom": _of_one_style(lengstrom, "conv_out.kernel"),
    "mobilejohnson": _of_one_style(mobilejohnson, "upconv1.conv1.conv1.weight"),
}
"""Networks that have one style, and come as a file of their own."""
NETWORKS: Mapping[str, Network] = {
    "ghiasi": Network(
        ghiasi.table(),
        4,
        "mobilenet_conv/Conv/weight_q",
        ghiasi.read,
        (ghiasi.VECTOR,),
        side=ghiasi.SIDE,
    ),
    "multistyle": Network(multistyle.table(), 4, "contract.0.w", multistyle.read),
    "adain": _of_adain("decoder/conv4_1.index", None, torch=False),
    "adain-torch": _of_adain("decoder/1.weight", adain.read_torch, torch=True),
    "microast": Network(
        microast.table(),
        4,
        "modulator/weight1.0.conv_layer.weight",
        microast.read,
        microast.KNOWN,
        mixed=True,
    ),
    "wct": _of_wct("sixteenth", (5, 4, 3, 2, 1), "encoder5.conv0.weight"),
    "wct-whole": _of_wct("whole", (3, 2, 1), "encoder.0.weight"),
    **ONE_STYLE,
}
"""All of them by name."""


def recognize(tensors: Collection[str], among: Iterable[str]) -> str | None:
    """Return which of some networks a file's tensors are of, by their names; None if of none."""
    return next((name for name in among if NETWORKS[name].sign in tensors), None)
