"""Networks of one pass as they are published, in parts: torch files under the published names."""

import numpy as np
from helpers_torch import state_dict, zipped
from painters import NETS, load, oracles

from jnst.feedforward import parameters
from jnst.feedforward.networks import microast

# Where the convolutions stand in pytorch-AdaIN's two sequences (net.py).
_BLOCKS = ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "3_4", "4_1")
ENCODER = {"units": 0} | dict(zip(_BLOCKS, (2, 5, 9, 12, 16, 19, 22, 25, 29), strict=True))
DECODER = dict(zip(_BLOCKS, (28, 25, 21, 18, 14, 11, 8, 5, 1), strict=True))


def write(path, tensors):
    """Write a torch file; return its path."""
    path.write_bytes(zipped(*state_dict({k: np.ascontiguousarray(x) for k, x in tensors.items()})))
    return path


def adain_in_torch():
    """Return the parameters of AdaIN as its two files in torch have them; VGG19 goes on there."""
    params, files = oracles.PUBLISHED["adain"].read(), {}
    for file, part, places in (
        ("vgg_normalised.pth", "encoder", ENCODER),
        ("decoder.pth", "decoder", DECODER),
    ):
        files[file] = tensors = {}
        for name, place in places.items():
            own = params[f"{part}/{name if name == 'units' else f'conv{name}'}"]
            tensors[f"{place}.weight"] = own["kernel"].transpose(3, 2, 0, 1)
            tensors[f"{place}.bias"] = own["bias"]
    files["vgg_normalised.pth"]["32.bias"] = np.zeros(512, np.float32)
    return params, files


def microast_files(folder):
    """Write MicroAST's four files, of zeros, into a folder; return their paths."""
    parts = {part: {} for part in microast.PARTS}
    for row, kinds in parameters.shapes(microast.table()).items():
        part, name = row.split("/")
        for kind, shape in kinds.items():
            turned = [shape[axis] for axis in (3, 2, 0, 1)] if kind == "kernel" else shape
            key = f"{name}.conv_layer.{'weight' if kind == 'kernel' else kind}"
            parts[part][key] = np.zeros(turned, np.float32)
    folder.mkdir(exist_ok=True)
    return [write(folder / f"{part}_iter_9.pth.tar", x) for part, x in parts.items()]


def sixteenth_files(folder):
    """Write the ten files of WCT's sixteenth into a folder, with what only training needs."""
    parts = {}
    for name, array in load(NETS / "wct16x_f16.npz").items():
        stem, _, key = name.partition(".")
        parts.setdefault(f"{stem[-1]}S{stem[0].upper()}", {})[key] = array
    parts["5SE"]["conv51_aux.weight"] = np.zeros((512, 128, 1, 1), np.float32)
    folder.mkdir()
    return [write(folder / f"{part}.pth", tensors) for part, tensors in parts.items()]
