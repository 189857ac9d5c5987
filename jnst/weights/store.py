"""Network weights: found, verified by their SHA-256, and read into plain arrays.

A weight file is HDF5: one group a layer, with `bias` and either `kernel` or, quantised to 8 bit,
`index` and `codebook` (`kernel = codebook[index]`), and `input/mean`. `weights.manifest` says
where each file comes from, what its bytes hash to, and which shapes it holds.

`<name>_means.h5` beside `<name>.h5` has one group a layer with `mean`, float32, one a filter: what
`load` divides by to normalise the network. The manifest says for which weights it was measured.
"""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from jnst.arrays import Params
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.system import disk
from jnst.weights import manifest, writing
from jnst.weights.formats import hdf5
from jnst.weights.normalization import Means, rescale

_KERAS_FILE = "{}_weights_tf_dim_ordering_tf_kernels_notop.h5"
PACKAGE = Path(__file__).resolve().parents[1]
"""The package's own folder; a wheel brings weights in it."""
SHAPED = ("kernel", "index", "mean")
"""The arrays whose shape the manifest gives; of these a layer has one."""


def folders() -> list[Path]:
    """Return where weights are looked for: `JNST_WEIGHTS` alone, or repository, then package."""
    chosen = os.environ.get("JNST_WEIGHTS")
    return [Path(chosen)] if chosen else [PACKAGE.parent / "weights", PACKAGE / "weights"]


def load(name: str = "vgg19", *, normalized: bool = False) -> Params:
    """Read the weights called `name`, after checking that their bytes are those of the manifest.

    Gives float32 NumPy arrays: `["conv1_1"]["kernel"]` (HWIO), `["conv1_1"]["bias"]` (O), ... and
    `["input"]["mean"]` (1, 1, 1, 3). The network wants BGR in 0..255 minus that mean. `normalized`
    rescales it so that each filter's mean activation is 1, see `weights.normalization`. Raises
    `InputError` where a file is missing, was altered, or does not hold what the manifest says, or
    where the means are of other weights.
    """
    path = _find(name)
    data, entry = verified(path, dimensions=4)
    if name in BACKBONES:
        _check_network(path, name, entry)
    with disk.guarded(f"weights {path} are broken"), h5py.File(io.BytesIO(data), "r") as file:
        mean = _array(file, "input/mean", np.float32, (1, 1, 1, 3))
        layers = {k: _layer(file, k, shape) for k, shape in entry["layers"].items()}
    params = {"input": {"mean": mean}, **layers}
    return rescale(params, _means(path, entry["sha256"], layers)) if normalized else params


def load_means(name: str) -> Means:
    """Read the means that normalize the weights called `name`; raise `InputError` as `load`."""
    layers, path = load(name), _find(name)
    return _means(path, _entry(path, dimensions=4)["sha256"], {**layers, "input": {}})


def save(
    path: Path,
    layers: Mapping[str, Mapping[str, np.ndarray]],
    entry: Mapping[str, object],
    *,
    replace: bool = True,
) -> None:
    """Write a weight file and enter it, with its hash and shapes, in the manifest beside it.

    `layers` has the arrays by layer and name, kernels plain or as index and codebook, or means
    alone; `entry` what the manifest shall say of them. The same arrays give the same bytes. For
    `replace`, and what is raised, see `weights.writing.put`.
    """
    arrays = [(k, v.get(key)) for k, v in layers.items() for key in SHAPED if k != "input"]
    shapes = {layer: list(array.shape) for layer, array in arrays if array is not None}
    writing.put([writing.file_of(path, layers, shapes, entry)], replace=replace)


def save_means(name: str, means: Means, entry: Mapping[str, object]) -> Path:
    """Write the means that normalise the weights called `name` beside them; return the path.

    The manifest takes over whose the weights are, and on what terms, and has their hash, so that
    the means are used for no others. Raises `InputError` where there are no such weights.
    """
    path = _find(name)
    theirs = _entry(path, dimensions=4)
    kept = {key: theirs[key] for key in ("authors", "backbone", "licence") if key in theirs}
    layers = {layer: {"mean": mean.astype(np.float32)} for layer, mean in means.items()}
    output = path.with_name(f"{path.stem}_means.h5")
    save(output, layers, kept | {**entry, "weights_sha256": theirs["sha256"]})
    return output


def _means(path: Path, sha256: str, layers: Params) -> Means:
    """Read the means beside the weights `path`, whose hash is `sha256`."""
    path = path.with_name(f"{path.stem}_means.h5")
    if not path.is_file():
        raise InputError(
            f"no {path.name} in {path.parent}, so these weights cannot be normalised; make it with "
            f"{_how_to_make(path.stem)}"
        )
    data, entry = verified(path, dimensions=1)
    if entry.get("weights_sha256") != sha256:
        raise InputError(
            f"{path} was measured with other weights; make it anew with {_how_to_make(path.stem)}"
        )
    with disk.guarded(f"means {path} are broken"), h5py.File(io.BytesIO(data), "r") as file:
        return {
            layer: _array(file, f"{layer}/mean", np.float32, arrays["bias"].shape)
            for layer, arrays in layers.items()
            if "bias" in arrays
        }


def find(name: str) -> Path | None:
    """Return the path of the weights called `name`; None where there are none."""
    return find_file(f"{name}.h5")


def find_file(file: str) -> Path | None:
    """Return the path of a file of that name, where weights are looked for; None if not there."""
    paths = (folder / file for folder in folders())
    return next((path for path in paths if path.is_file()), None)


def files(suffix: str) -> list[Path]:
    """List the files with a suffix where weights are looked for; of one name, the first."""
    found = {}
    for folder in folders():
        for path in sorted(folder.glob(f"*{suffix}")):
            found.setdefault(path.name, path)
    return list(found.values())


def located(name: str, *, published: bool, make: str) -> Path:
    """Return the path of the weights called `name`.

    Raises an `InputError` where there are none, which says how to get them: by `jnst weights get`
    where they are `published`, or by the command `make`.
    """
    if path := find(name):
        return path
    fetch = f"fetch them with 'jnst weights get {name}', " if published else ""
    raise InputError(
        f"weights {name}.h5 not found in {' or '.join(map(str, folders()))}: {fetch}make them "
        f"with {make}, or point JNST_WEIGHTS at a folder that has them"
    )


def tensors(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file by their names in it, once it is verified.

    Raises `InputError` where it was altered, or is broken.
    """
    data, _ = verified(path, dimensions=4)
    with disk.guarded(f"weights {path} are broken"), h5py.File(io.BytesIO(data), "r") as file:
        return hdf5.arrays(file)


def _find(name: str) -> Path:
    return located(name, published=name in BACKBONES, make=_how_to_make(name))


def verified(path: Path, *, dimensions: int) -> tuple[bytes, dict]:
    """Return a file's bytes and its entry in the manifest, once the one hashes to the other.

    Raises `InputError` where they do not, and where there is no entry whose shapes have so many
    dimensions.
    """
    with disk.guarded(f"cannot read weights {path}"):
        data = path.read_bytes()
    entry = _entry(path, dimensions=dimensions)
    if manifest.digest(data) != entry["sha256"]:
        raise InputError(
            f"weights {path} do not have the SHA-256 that {manifest.NAME} gives: they were altered "
            f"or cut off; fetch them again, or make them with {_how_to_make(path.stem)}"
        )
    return data, entry


def _entry(path: Path, *, dimensions: int) -> dict:
    if entry := manifest.entry(path, dimensions=dimensions):
        return entry
    raise InputError(
        f"{path.with_name(manifest.NAME)} has no entry {path.name!r} with sha256 and layers; make "
        f"both with {_how_to_make(path.stem)}"
    )


def _check_network(path: Path, name: str, entry: Mapping[str, Any]) -> None:
    """Raise an `InputError` where the weights are not those of the network called `name`."""
    if (other := entry.get("backbone", name)) != name:
        other = str(other)[:80]
        raise InputError(f"weights {path} are those of {other}, not of {name}; name the file so")
    known = graph.kernels(BACKBONES[name].table)
    for layer, shape in entry["layers"].items():
        if known.get(layer) != shape:
            raise InputError(
                f"weights {path} have {layer[:80]} {shape}, and {name} {known.get(layer)}; make "
                f"them with {_how_to_make(name)}"
            )


def _how_to_make(name: str) -> str:
    if name.endswith("_means"):
        backbone = name.removesuffix("_means")
        return f"'jnst weights measure PICTURES --backbone {backbone}'"
    source = _KERAS_FILE.format(name) if name in ("vgg16", "vgg19") else "SOURCE"
    return f"'jnst weights convert {source}'"


def _layer(file: h5py.File, layer: str, shape: tuple) -> dict[str, np.ndarray]:
    if hdf5.find(file, f"{layer}/kernel") is not None:
        kernel = _array(file, f"{layer}/kernel", np.float32, shape)
    else:
        index = _array(file, f"{layer}/index", np.uint8, shape)
        codebook = _array(file, f"{layer}/codebook", np.float32, (256,))
        kernel = codebook.take(index, mode="clip")  # all are within; three times as fast as [index]
    return {"kernel": kernel, "bias": _array(file, f"{layer}/bias", np.float32, shape[-1:])}


def _array(file: h5py.File, key: str, dtype: type, shape: tuple) -> np.ndarray:
    if not isinstance(data := hdf5.find(file, key), h5py.Dataset):
        raise ValueError(f"{key} is missing")
    if data.dtype != dtype or data.shape != shape:
        raise ValueError(f"{key} is {data.dtype} {data.shape}, not {np.dtype(dtype)} {shape}")
    return hdf5.array(data)
