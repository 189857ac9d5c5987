import numpy as np
import pytest

from jnst.backbones import bits

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("height", [1, 7, 8, 9, 16, 21])
def test_flags_come_back_from_their_bits(height):
    flags = RNG.random((1, height, 5, 3)) < 0.5
    packed = bits.pack(flags)
    assert packed.shape == (1, -(-height // 8), 5, 3)
    np.testing.assert_array_equal(bits.unpack(packed, height), flags)
