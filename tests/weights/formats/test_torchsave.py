"""Files for torch: back as they were by our own reader, and by torch's where it is installed."""

import io

import numpy as np
import pytest

from jnst.weights.formats import torchfile, torchsave

RNG = np.random.default_rng(0)
TENSORS = {
    "b.weight": RNG.normal(size=(4, 3, 2, 2)).transpose(1, 0, 3, 2),
    "a.bias": RNG.normal(size=5),
    "ein Maß": RNG.normal(size=()),
}


def same(found):
    assert list(found) == list(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(found[name], array.astype(np.float32), err_msg=name)


def test_our_reader_finds_them():
    same(torchfile.parse(torchsave.packed(TENSORS), "a.pth"))


def test_the_same_tensors_give_the_same_bytes():
    assert torchsave.packed(TENSORS) == torchsave.packed(TENSORS)


def test_torch_finds_them():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    data = io.BytesIO(torchsave.packed(TENSORS))
    same({name: tensor.numpy() for name, tensor in torch.load(data, weights_only=True).items()})
