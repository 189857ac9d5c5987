"""Weights of all networks from the files others publish, in this package's own layout.

Whatever the source expects, the result takes BGR in 0..255 minus `input/mean`: Caffe's convention.
Batch normalisations are folded into the convolutions before them. Names, shapes and numbers of
every layer are checked. `jnst weights convert SOURCE` does it from the command line.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jnst.backbones import graph, vgg
from jnst.errors import InputError
from jnst.system import disk
from jnst.weights import manifest, store
from jnst.weights.folding import fold
from jnst.weights.sources import ORIGINS, Layers, biased, read, roles, weighted

_RGB_MEAN, _RGB_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # torchvision's, of RGB in 0..1
_TF_MEAN = _TF_STD = (0.5, 0.5, 0.5)  # of RGB in 0..1: that gives -1..1

_Arrays = Mapping[str, np.ndarray]


def convert(
    source: Path, output: Path | None = None, *, kind: str = "auto", backbone: str = "auto"
) -> Path:
    """Convert one weight file and enter it in the manifest; return the path of the result.

    `kind` is 'auto' or a key of `ORIGINS`, `backbone` 'auto' or one of the networks there;
    `output` is `<backbone>.h5` in the first folder where weights are looked for, unless given.
    Raises `InputError` where the source is unreadable, or not one of the networks, where nothing
    can be written, and where no output is given and weights from another file are there.
    """
    kind, found = read(source, kind=kind, backbone=backbone)
    origin = ORIGINS[kind][found.backbone]
    shapes, needs_bias = graph.kernels(found.table), biased(found.table)
    layers: Layers = {}
    for layer in weighted(found.table):
        convolution, normalization = roles(layer)
        shape = shapes[layer.name]
        arrays = {}
        if convolution is not None:
            arrays = found.arrays.get(convolution, {})
            arrays = _convolution(source, convolution, arrays, shape, needs_bias)
        if normalization is not None:
            statistics = found.arrays.get(normalization, {})
            # Keras's Inception has no gamma; all others do.
            needed = {"beta", "mean", "variance"}
            needed |= {"gamma"} if found.backbone != "inception_v3" else set()
            statistics = _normalization(source, normalization, statistics, shape, needed)
            arrays = fold(arrays, statistics, epsilon=origin.epsilon)
            if not all(np.isfinite(array).all() for array in arrays.values()):
                raise InputError(f"{source}: {normalization} scales beyond all numbers")
        elif "bias" not in arrays:
            arrays |= {"bias": np.zeros(shape[-1:], np.float32)}
        layers[layer.name] = arrays
    first = layers[next(iter(shapes))]
    mean = vgg.MEAN
    if origin.takes != "caffe":
        means, stds = (_RGB_MEAN, _RGB_STD) if origin.takes == "torch" else (_TF_MEAN, _TF_STD)
        mean = np.multiply(255, means[::-1]).astype(np.float32).reshape(1, 1, 1, 3)
        first["kernel"] = fold_scaling(first["kernel"], stds)
    layers["input"] = {"mean": mean}
    path = output or store.folders()[0] / f"{found.backbone}.h5"
    check_folder(path.parent)
    with disk.guarded(f"cannot read {source}"):
        theirs = manifest.of_source(source)
    entry = {"backbone": found.backbone, **theirs, **origin.entry}
    store.save(path, layers, entry, replace=output is not None)
    return path


def check_folder(folder: Path) -> None:
    """See that weights can be written into a folder, made if need be; raise `InputError` if not."""
    try:
        disk.make_folder(folder)
        disk.check_writable(folder / "any.h5", [".h5"])
    except InputError as error:
        raise InputError(
            f"cannot write weights into {folder} ({_last(error)}): point JNST_WEIGHTS at a folder "
            "of your own"
        ) from None


def fold_scaling(kernel: np.ndarray, std: Sequence[float]) -> np.ndarray:
    """Make a first kernel for `(rgb / 255 - mean) / std` into one for `bgr - 255 mean`.

    `kernel` is (h, w, 3, out) for RGB, the result for BGR. Both inputs are zero at the same
    colour, so the two agree at zero-padded borders as well.
    """
    scale = np.reshape(std, (1, 1, 3, 1)) * 255
    return (kernel / scale)[:, :, ::-1].astype(np.float32)


def _convolution(
    source: Path, name: str, arrays: _Arrays, shape: tuple[int, ...], needs_bias: bool
) -> dict[str, np.ndarray]:
    """Check the arrays of a convolution; widen float16."""
    expected = {"bias": (np.float32, shape[-1:])} if needs_bias or "bias" in arrays else {}
    if "index" in arrays:
        expected |= {"index": (np.uint8, shape), "codebook": (np.float32, (256,))}
    else:
        expected |= {"kernel": (np.float32, shape)}
    return _checked(source, name, arrays, expected)


def _normalization(
    source: Path, name: str, arrays: _Arrays, shape: tuple[int, ...], needed: set[str]
) -> dict[str, np.ndarray]:
    """Check the arrays of a batch normalisation."""
    keys = needed | (arrays.keys() & {"gamma"})
    found = _checked(source, name, arrays, dict.fromkeys(keys, (np.float32, shape[-1:])))
    if (found["variance"] < 0).any():
        raise InputError(f"{source}: {name} has a variance below zero")
    return found


def _checked(
    source: Path, name: str, arrays: _Arrays, expected: Mapping[str, tuple[type, tuple[int, ...]]]
) -> dict[str, np.ndarray]:
    if arrays.keys() != expected.keys():
        raise InputError(f"{source}: {name} has {sorted(arrays)}, not {sorted(expected)}")
    found = {}
    for key, (dtype, shape) in expected.items():
        value = arrays[key]
        if value.dtype == np.float16:
            value = value.astype(np.float32)
        if value.dtype != dtype or value.shape != shape:
            raise InputError(
                f"{source}: {name} {key} is {value.dtype} {value.shape}, "
                f"not {np.dtype(dtype)} {shape}"
            )
        if not np.isfinite(value).all():
            raise InputError(f"{source}: {name} {key} has values that are not finite")
        found[key] = value
    return found


def _last(error: InputError) -> str:
    return str(error).rpartition(": ")[2]
