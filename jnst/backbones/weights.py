"""Network weights: found, verified by their SHA-256, and read into plain arrays.

A weight file is HDF5: one group a layer, with `bias` and either `kernel` or, quantised to 8 bit,
`index` and `codebook` (`kernel = codebook[index]`), and `input/mean`. The `manifest.json` beside it
says where each file comes from, what its bytes hash to, and which shapes it holds.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from jnst.arrays import InputError, Params

MANIFEST = "manifest.json"
KERAS_FILE = "{}_weights_tf_dim_ordering_tf_kernels_notop.h5"
PACKAGE = Path(__file__).resolve().parents[1]
BROKEN = (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError, IndexError)


def folders() -> list[Path]:
    """Return where weights are looked for: `JNST_WEIGHTS` alone, or repository, then package."""
    chosen = os.environ.get("JNST_WEIGHTS")
    return [Path(chosen)] if chosen else [PACKAGE.parent / "weights", PACKAGE / "weights"]


def load(name: str = "vgg19") -> Params:
    """Read the weights called `name`, after checking that their bytes are those of the manifest.

    Gives float32 NumPy arrays: `["conv1_1"]["kernel"]` (HWIO), `["conv1_1"]["bias"]` (O), ... and
    `["input"]["mean"]` (1, 1, 1, 3). The network wants BGR in 0..255 minus that mean. Raises
    `InputError` where the file is missing, was altered, or does not hold what the manifest says.
    """
    path = _find(f"{name}.h5")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read weights {path}: {error.strerror}") from None
    sha256, shapes = _manifest_entry(path)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError(
            f"weights {path} do not have the SHA-256 that {MANIFEST} gives: they were altered or "
            f"cut off; fetch them again, or make them with {_how_to_make(path.name)}"
        )
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            mean = _array(file, "input/mean", np.float32, (1, 1, 1, 3))
            layers = {layer: _layer(file, layer, tuple(shape)) for layer, shape in shapes.items()}
    except BROKEN as error:
        raise InputError(f"weights {path} are broken: {_one_line(error)}") from None
    return {"input": {"mean": mean}, **layers}


def save(
    path: Path, layers: Mapping[str, Mapping[str, np.ndarray]], entry: Mapping[str, object]
) -> None:
    """Write a weight file and enter it, with its hash and shapes, in the manifest beside it.

    `layers` has the arrays by layer and name, kernels plain or as index and codebook; `entry` what
    the manifest shall say of them. The same arrays give the same bytes, and neither file is ever
    seen half written. Raises `InputError` where the folder's manifest is broken.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="earliest") as file:
        for layer in sorted(layers):
            group = file.create_group(layer)
            for key in sorted(layers[layer]):
                group.create_dataset(key, data=layers[layer][key], track_times=False)
    data = buffer.getvalue()
    kernels = {k: v.get("kernel", v.get("index")) for k, v in layers.items() if k != "input"}
    shapes = {layer: list(kernel.shape) for layer, kernel in kernels.items() if kernel is not None}
    manifest = _manifest(path.parent) if (path.parent / MANIFEST).exists() else {}
    manifest[path.name] = {**entry, "sha256": hashlib.sha256(data).hexdigest(), "layers": shapes}
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, data)
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    _replace(path.with_name(MANIFEST), text.encode())


def _find(file_name: str) -> Path:
    for folder in folders():
        if (folder / file_name).is_file():
            return folder / file_name
    raise InputError(
        f"weights {file_name} not found in {' or '.join(map(str, folders()))}: make them with "
        f"{_how_to_make(file_name)}, or point JNST_WEIGHTS at a folder that has them"
    )


def _how_to_make(file_name: str) -> str:
    name = file_name.removesuffix(".h5")
    source = KERAS_FILE.format(name) if name in ("vgg16", "vgg19") else "SOURCE"
    return f"'python -m jnst.convert {source}'"


def _manifest(folder: Path) -> dict:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot read {path}: {_one_line(error)}") from None
    if not isinstance(manifest, dict):
        raise InputError(f"{path} is no table of weight files")
    return manifest


def _manifest_entry(path: Path) -> tuple[str, dict[str, list[int]]]:
    match _manifest(path.parent).get(path.name):
        case {"sha256": str() as sha256, "layers": dict() as shapes}:
            if all(isinstance(shape, list) and len(shape) == 4 for shape in shapes.values()):
                return sha256, shapes
    raise InputError(
        f"{path.with_name(MANIFEST)} has no entry {path.name!r} with sha256 and layers; make both "
        f"with {_how_to_make(path.name)}"
    )


def _layer(file: h5py.File, layer: str, shape: tuple) -> dict[str, np.ndarray]:
    if f"{layer}/kernel" in file:
        kernel = _array(file, f"{layer}/kernel", np.float32, shape)
    else:
        index = _array(file, f"{layer}/index", np.uint8, shape)
        kernel = _array(file, f"{layer}/codebook", np.float32, (256,))[index]
    return {"kernel": kernel, "bias": _array(file, f"{layer}/bias", np.float32, shape[-1:])}


def _array(file: h5py.File, key: str, dtype: type, shape: tuple) -> np.ndarray:
    if key not in file or not isinstance(data := file[key], h5py.Dataset):
        raise ValueError(f"{key} is missing")
    if data.dtype != dtype or data.shape != shape:
        raise ValueError(f"{key} is {data.dtype} {data.shape}, not {np.dtype(dtype)} {shape}")
    return data[...]


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
