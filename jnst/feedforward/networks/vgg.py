"""The encoder of AdaIN and WCT, VGG19 up to relu1_1, ..., relu5_1, and decoders that mirror it.

The encoder's kernels are rescaled so that each filter's mean activation over pictures is 1. Borders
are mirrored in every convolution. A first convolution of 1 x 1 turns RGB in [0, 1] into what VGG's
weights are for: BGR, 0 to 255, minus the mean. A decoder takes one of these maps back to RGB in
[0, 1]: the same convolutions in reverse, from as many channels to as few, with nearest neighbours
where the encoder pools.
"""

import numpy as np

from jnst.arrays import Params
from jnst.backbones.layers import Frame
from jnst.feedforward.blocks import activated, reflecting, upsampled
from jnst.feedforward.layers import Conv, Pool, Row
from jnst.feedforward.parameters import check_tensor

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each of the five blocks."""
ENCODER = "encoder/"
"""What the names of the encoder's parameters begin with."""
UNITS = "units"
"""The convolution that changes units."""
_COUNTS = (2, 2, 4, 4, 4)
"""Convolutions of each block."""


def names(level: int) -> list[str]:
    """List the convolutions up to the first of a block: conv1_1, conv1_2, conv2_1, ..."""
    found = [f"conv{i}_{j + 1}" for i, n in enumerate(_COUNTS, start=1) for j in range(n)]
    return found[: found.index(f"conv{level}_1") + 1]


def places(convolutions: list[str], start: int) -> dict[str, int]:
    """Return the places of convolutions in a sequence of torch's, the first one being at `start`.

    Such a sequence counts all its modules: mirroring, convolution, ReLU, and one more where the
    size changes.
    """
    found, place = {}, start
    for name, before in zip(convolutions, ["", *convolutions], strict=False):
        grown = before and name[4] != before[4]
        place += 3 * bool(before) + bool(grown)
        found[name] = place
    return found


def encoder_places(convolutions: list[str]) -> dict[str, int]:
    """Return `places` in an encoder, which begins with the convolution that changes units."""
    return {UNITS: 0, **places(convolutions, 2)}


def units(weights: Params) -> dict[str, np.ndarray]:
    """Return what turns RGB in [0, 1] into BGR, 0 to 255, minus the mean of VGG19's weights."""
    mean = check_tensor("input/mean", weights.get("input", {}).get("mean"), (1, 1, 1, 3))
    swapped = 255 * np.eye(3, dtype=np.float32)[None, None, :, ::-1]
    return {"kernel": swapped, "bias": -mean[0, 0, 0]}


def encoder_params(normalized: Params, level: int) -> dict[str, dict[str, np.ndarray]]:
    """Return an encoder's parameters, of VGG19's normalized weights.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    found = {f"{ENCODER}{UNITS}": units(normalized)}
    for name in names(level):
        found[ENCODER + name] = {k: np.asarray(a) for k, a in normalized.get(name, {}).items()}
    return found


def encoder(
    x: Row,
    prefix: str,
    level: int,
    *,
    shared: str,
    widths: tuple[int, ...] = WIDTHS,
    pooling: Frame = "ceil",
) -> list[Row]:
    """List the rows from a picture to relu`level`_1.

    Their names begin with `prefix`, those of the parameters with `shared`: so several pictures go
    through one encoder. Where a side is odd, pooling rounds it up, or down if `pooling` is "valid".
    """
    units = Conv(f"{prefix}{UNITS}", (x.name,), 3, 1, shared=f"{shared}{UNITS}")
    rows: list[Row] = [units]
    for name in names(level):
        block = int(name[4])
        if name.endswith("_1") and block > 1:
            rows += [Pool(f"{prefix}pool{block - 1}", (rows[-1].name,), pooling)]
        conv = reflecting(rows[-1], f"{prefix}{name}", widths[block - 1], 3)
        conv = conv._replace(shared=f"{shared}{name}")
        rows += [conv, activated(conv)]
    return rows


def decoder(
    x: Row, prefix: str, level: int, *, widths: tuple[int, ...] = WIDTHS, last: str = ""
) -> list[Row]:
    """List the rows from relu`level`_1 to a picture; `last` is the activation at its end, if any.

    A convolution has the name of the one in the encoder that it undoes.
    """
    rows = [x]
    for name in reversed(names(level)):
        block, first = int(name[4]), name.endswith("_1")
        channels = widths[block - 1 - first] if block > first else 3
        rows += [reflecting(rows[-1], f"{prefix}{name}", channels, 3)]
        kind = last if name == "conv1_1" else "relu"
        rows += [activated(rows[-1], kind=kind)] if kind else []
        rows += [upsampled(rows[-1])] if first and block > 1 else []
    return rows[1:]
