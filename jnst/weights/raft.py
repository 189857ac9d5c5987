"""Weights of RAFT-small, which estimates motion: from either file that others publish, and found.

Its authors' `raft-small.pth`, in the archive that princeton-vl/RAFT links to, and torchvision's
`raft_small_C_T_V1-ad48884c.pth`, which was ported from it, hold the same tensors under different
names; torchvision's `raft_small_C_T_V2-01064c6d.pth` is the same network trained anew. Here a layer
has the name that the authors gave it, without `module.`.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jnst.arrays import Params
from jnst.errors import InputError
from jnst.feedforward.parameters import check_tensor
from jnst.system import disk
from jnst.weights import manifest, onepass, store
from jnst.weights.convert import check_folder

NAME = "raft-small"
"""The name of the weights."""
ENTRY = {
    "authors": "Zachary Teed and Jia Deng",
    "licence": "BSD-3-Clause",
    "notice": "Reordered and renamed, nothing changed.",
}
"""What the manifest says of them."""
_PORTED = {"authors": f"{ENTRY['authors']}; the torchvision contributors"}
_TORCHVISION = (
    (r"^fnet\.", "feature_encoder."),
    (r"^cnet\.", "context_encoder."),
    (r"(encoder)\.conv1$", r"\1.convnormrelu.0"),
    (r"(layer.\..)\.conv(.)$", r"\1.convnormrelu\2.0"),
    (r"(_encoder)\.conv2$", r"\1.conv"),
    (r"block\.encoder\.conv$", "block.motion_encoder.conv.0"),
    (r"block\.encoder\.convc1$", "block.motion_encoder.convcorr1.0"),
    (r"block\.encoder\.convf(.)$", r"block.motion_encoder.convflow\1.0"),
    (r"block\.gru\.", "block.recurrent_block.convgru1."),
)
"""What turns a layer's name into torchvision's, one after the other."""


def _encoder(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    found = {f"{name}.conv1": (7, 7, 3, 32)}
    before = 32
    for level, width in enumerate((32, 64, 96), 1):
        for block in (0, 1):
            row, narrow = f"{name}.layer{level}.{block}", width // 4
            found[f"{row}.conv1"] = (1, 1, before, narrow)
            found[f"{row}.conv2"] = (3, 3, narrow, narrow)
            found[f"{row}.conv3"] = (1, 1, narrow, width)
            if before != width:
                found[f"{row}.downsample.0"] = (1, 1, before, width)
            before = width
    return found | {f"{name}.conv2": (1, 1, before, channels)}


SHAPES: Mapping[str, tuple[int, ...]] = {
    **_encoder("fnet", 128),
    **_encoder("cnet", 96 + 64),
    "update_block.encoder.convc1": (1, 1, 4 * 7 * 7, 96),
    "update_block.encoder.convf1": (7, 7, 2, 64),
    "update_block.encoder.convf2": (3, 3, 64, 32),
    "update_block.encoder.conv": (3, 3, 96 + 32, 80),
    **{f"update_block.gru.conv{gate}": (3, 3, 96 + 64 + 82, 96) for gate in "zrq"},
    "update_block.flow_head.conv1": (3, 3, 96, 128),
    "update_block.flow_head.conv2": (3, 3, 128, 2),
}
"""The shape of each layer's kernel, HWIO; each has a bias as well."""


def load() -> Params:
    """Read the parameters: `["fnet.conv1"]["kernel"]` (HWIO), `["bias"]`, and so on, float32.

    Raises `InputError` where they are missing, were altered, or are of another network.
    """
    make = f"'jnst weights convert {NAME}.pth'"
    path = store.located(NAME, published=True, make=make)
    return _read(store.tensors(path), str(path))


def is_ours(sources: Sequence[Path], backbone: str) -> bool:
    """Tell by the name of a file, or the network that is wanted, whether it is to be RAFT-small."""
    named = sources[0].name.lower().replace("-", "_").startswith("raft_small")
    return backbone == NAME or (backbone == "auto" and len(sources) == 1 and named)


def convert(sources: Sequence[Path], *, output: Path | None = None) -> Path:
    """Write `raft-small.h5` with the weights in a published file, and enter it in the manifest.

    Args:
        sources: that one file, the authors' or torchvision's.
        output: the file to write; by default in the folder where weights are looked for first.

    Raises:
        InputError: for a file that cannot be read, or holds another network; for several; where
            no output is given and weights from another file are there; for what the disk refuses.

    """
    if len(sources) != 1:
        raise InputError(f"{NAME} is read from one file, not from {len(sources)}")
    (source,) = sources
    published = onepass.tensors_of(source)
    tensors = {}
    for layer in SHAPES:
        for kind, theirs in (("kernel", "weight"), ("bias", "bias")):
            names = (f"module.{layer}", layer, _in_torchvision(layer))
            found = [published.get(f"{name}.{theirs}") for name in names]
            array = next((array for array in found if array is not None), None)
            if array is not None:
                turned = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array
                tensors[f"{layer}/{kind}"] = turned
    if not tensors:
        raise InputError(f"{source} does not hold the network {NAME}")
    params = _read(tensors, str(source))
    path = output or store.folders()[0] / f"{NAME}.h5"
    check_folder(path.parent)
    with disk.guarded(f"cannot read {source}"):
        entry = manifest.of_source(source) | ENTRY
    ported = f"{_in_torchvision('fnet.conv1')}.weight" in published
    entry |= _PORTED if ported else {}
    store.save(path, params, entry, replace=output is not None)
    return path


def _in_torchvision(layer: str) -> str:
    for pattern, theirs in _TORCHVISION:
        layer = re.sub(pattern, theirs, layer)
    return layer


def _read(tensors: Mapping[str, np.ndarray], path: str) -> dict[str, dict[str, np.ndarray]]:
    """Return the parameters in tensors called `LAYER/kernel` and `LAYER/bias`, once all fit."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for layer, shape in SHAPES.items():
        found[layer] = {}
        for kind, wanted in (("kernel", shape), ("bias", shape[-1:])):
            name = f"{layer}/{kind}"
            try:
                array = check_tensor(name, tensors.get(name), wanted)
            except InputError as error:
                raise InputError(f"{path}: {error}") from None
            found[layer][kind] = array.astype(np.float32)
    return found
