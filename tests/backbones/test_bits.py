import numpy as np
import pytest
from programs import quick

from jnst.backbones import bits

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("height", [1, 7, 8, 9, 16, 21])
def test_flags_come_back_from_their_bits(height):
    flags = RNG.random((1, height, 5, 3)) < 0.5

    @quick
    def there_and_back(flags):
        return bits.pack(flags), bits.unpack(bits.pack(flags), height)

    packed, unpacked = there_and_back(flags)
    assert packed.shape == (1, -(-height // 8), 5, 3)
    np.testing.assert_array_equal(unpacked, flags)
