"""Flags in an eighth of the memory, for the backward pass."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, UInt8

from jnst.arrays import Array

_BITS = np.arange(8, dtype=np.uint8)[:, None, None]


def pack(flags: Bool[Array, "1 h w c"]) -> UInt8[Array, "1 h8 w c"]:
    """Put eight rows of flags into one row of bytes, the first into the lowest bit."""
    height = flags.shape[1]
    rows = jnp.pad(flags, ((0, 0), (0, -height % 8), (0, 0), (0, 0)))
    rows = rows.reshape(1, -(-height // 8), 8, *flags.shape[2:]).astype(jnp.uint8)
    return jnp.sum(rows << _BITS, axis=2, dtype=jnp.uint8)


def unpack(packed: UInt8[Array, "1 h8 w c"], height: int) -> Bool[Array, "1 {height} w c"]:
    """Undo `pack` for flags of `height` rows."""
    rows = (packed[:, :, None] >> _BITS) & 1
    return rows.reshape(1, 8 * packed.shape[1], *packed.shape[2:])[:, :height].astype(bool)
