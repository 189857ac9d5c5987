"""State dicts of torch, in its own files or as safetensors, with torchvision's names."""

import re
from collections.abc import Sequence
from pathlib import Path

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights.formats import safetensors, torchfile
from jnst.weights.sources.common import Found, biased, get, hwio, recognise, roles, weighted
from jnst.weights.sources.torch_names import prefixes

_OLD_DENSENET = r"(denselayer\d+\.(?:norm|conv))\.([12]\.)"
TOP = ("classifier", "fc", "AuxLogits")
"""Layers of the classifier, which are not read."""
_NORMALIZATION = {
    "gamma": "weight",
    "beta": "bias",
    "mean": "running_mean",
    "variance": "running_var",
}


def read(source: Path, backbones: Sequence[str]) -> Found:
    """Read a file that holds one of these networks: OIHW kernels, normalisations of their own.

    Raises `InputError` where it cannot be read, lacks a layer, or has one more.
    """
    safe = source.suffix == ".safetensors"
    tensors = safetensors.read(source) if safe else torchfile.read(source)
    # Published DenseNets have norm.1 for what is norm1 since.
    tensors = {re.sub(_OLD_DENSENET, r"\1\2", key): array for key, array in tensors.items()}
    here = {key.rpartition(".")[0] for key in tensors if key.split(".")[0] not in TOP}
    known = {name: prefixes(name).values() for name in backbones}
    backbone = recognise(source, here, known)
    table, names = BACKBONES[backbone].table, prefixes(backbone)
    convolution = {"kernel": "weight"} | ({"bias": "bias"} if biased(table) else {})
    arrays = {}
    for layer in weighted(table):
        for name, keys in zip(roles(layer), (convolution, _NORMALIZATION), strict=True):
            if name is not None:
                stem = names[name]
                arrays[name] = {
                    ours: hwio(get(source, tensors, f"{stem}.{theirs}"))
                    for ours, theirs in keys.items()
                }
    if more := here - set(names.values()):
        raise InputError(f"{source} has {min(more)}, which {backbone} has not")
    return Found(backbone, table, arrays)
