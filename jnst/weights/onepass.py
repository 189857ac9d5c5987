"""Weights of the networks that paint in one pass: found by name, or read from a file of one's own.

`NAME.h5` holds the tensors of a published file under their own names, kernels in 8 bit where they
are published so, and `jnst.weights.manifest` its hash, as of any other weights. AdaIN's in 8 bit
are its decoder and the means that rescale an encoder, which is the VGG19 that comes along.
"""

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from jnst.arrays import Params
from jnst.errors import InputError, check_choice
from jnst.feedforward.networks import adain
from jnst.feedforward.registry import NETWORKS, ONE_STYLE, Tensors, recognize
from jnst.system import disk
from jnst.weights import store
from jnst.weights.formats import npz, safetensors, torchfile
from jnst.weights.published import ONE_PASS
from jnst.weights.suffixes import OTHERS, suffix_of

FILES: Mapping[str, Collection[str]] = {
    "ghiasi": ("ghiasi",),
    "multistyle": ("multistyle",),
    "adain": ("adain", "adain-torch"),
    "wct": ("wct", "wct-whole"),
    "microast": ("microast",),
}
"""The names of weights, and the networks that they may be of."""
READERS: Mapping[str, Callable[[Path], Tensors]] = {
    **dict.fromkeys(OTHERS, torchfile.read),
    ".npz": npz.read,
    ".safetensors": safetensors.read,
}
"""Readers of others' files by suffix, in small letters."""
_ENCODER, _DECODER = "encoder/", "decoder/"
_LARGEST = 2**28  # bytes of a file; the largest published one, all of VGG19, has 80 MB


def load(name: str) -> tuple[str, Params]:
    """Read the weights called `name`, a key of `FILES`: return the network, and its parameters.

    Raises `InputError` where they are missing, were altered, or are of another network.
    """
    check_choice("network", name, FILES)
    make = f"'jnst weights convert SOURCE --backbone {name}'"
    path = store.located(name, published=bool(ONE_PASS[name].files), make=make)
    return read(store.tensors(path), FILES[name], str(path))


def open_file(path: Path) -> tuple[str, Params]:
    """Read a trained network that has one style: return which it is, and its parameters.

    Raises `InputError` for a file that cannot be read, or is none of these networks.
    """
    return read(tensors_of(path), ONE_STYLE, str(path))


def located(path: Path) -> Path:
    """Return where a network's file is: as it says, or for a bare name among the weights."""
    if len(path.parts) > 1 or os.path.lexists(path):
        return path
    return store.find_file(path.name) or path


def tensors_of(path: Path) -> Tensors:
    """Read the tensors in a file of one of `READERS`; raise `InputError` where that fails."""
    suffix = suffix_of(path)
    check_choice(f"kind of network file {path.name}:", suffix, READERS)
    with disk.guarded(f"cannot read {path}"):
        if disk.check_regular(path).st_size > _LARGEST:
            raise InputError("it is larger than any of the networks")
    return READERS[suffix](path)


def read(tensors: Tensors, among: Collection[str], path: str) -> tuple[str, Params]:
    """Find out which of some networks these tensors are of; return it, and its parameters.

    Raises `InputError`, with the `path` they are from, where they are of none.
    """
    name = recognize(tensors, among)
    if name is None:
        raise InputError(f"{path} holds none of the networks {', '.join(among)}")
    try:
        reader = NETWORKS[name].read
        return name, _adain(tensors) if reader is None else reader(tensors)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _adain(tensors: Tensors) -> Params:
    parts = [
        {k.removeprefix(part): array for k, array in tensors.items() if k.startswith(part)}
        for part in (_ENCODER, _DECODER)
    ]
    return adain.read(store.load("vgg19"), *parts)


def with_encoder(means: Tensors, decoder: Tensors) -> Tensors:
    """Return AdaIN's two published files as one."""
    named = {f"{_ENCODER}{name}": array for name, array in means.items()}
    return named | {f"{_DECODER}{name}": array for name, array in decoder.items()}
