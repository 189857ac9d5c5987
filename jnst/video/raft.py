"""Optical flow by RAFT-small: where each pixel of one picture is in another.

Teed and Deng 2020, "RAFT: Recurrent All-Pairs Field Transforms for Optical Flow", arXiv:2003.12039,
in its small form, of a million parameters, which `jnst.weights.raft` reads. At an eighth of the
size, features of both pictures are compared around where each position is thought to have moved,
and a recurrent network improves on that some times; the last flow is enlarged.

On two pairs of FlyingChairs, 512 x 384, the mean end-point error is 0.97 and 0.76 pixels after 20
iterations, and 0.01 more after 12. Those took 1.1 seconds on two cores of a CPU, with others at
work there, and 0.2 to 0.5 at 320 x 240.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Image, Params
from jnst.backbones.nn import relu
from jnst.errors import InputError, check_at_least
from jnst.video import raft_correlation, raft_encoder, raft_update
from jnst.video.raft_encoder import SHRINKS
from jnst.video.raft_update import STATE
from jnst.xla import jit, make_room, own_switches

LEAST = 24
"""Pixels of the smallest side. RAFT's own code wants 128: below that, a level of its pyramid has a
side of 1, and it divides by that less 1. Here nothing is divided, and a level without a position
correlates with nothing. Square crops of two pairs of FlyingChairs, with motions up to a quarter of
the side, have mean end-point errors of 0.7 pixels (96 a side), 0.6 (64), 1.5 (32) and 2.7 (24),
where no flow at all has 4.7, 4.4, 4.1 and 4.0; at 16 both are about equal. Repeating the borders up
to 128 pixels made each of the four worse."""
ITERATIONS = 12
"""The usual number."""


@own_switches
def check_sides(height: int, width: int) -> None:
    """Raise an `InputError` for pictures in which too little is seen for a flow."""
    if min(height, width) < LEAST:
        raise InputError(
            f"for a flow, sides must be at least {LEAST} pixels, not {height} x {width}"
        )


def flow(
    parameters: Params,
    first: Float[Array, "1 _ _ 3"],
    second: Float[Array, "1 _ _ 3"],
    *,
    iterations: int = ITERATIONS,
) -> Float[jax.Array, "_ _ 2"]:
    """Estimate where each pixel of one picture is in another of the same size.

    One program is compiled for each size, whatever the number of iterations. It has no derivative.

    Args:
        parameters: as `jnst.weights.raft.load` returns them.
        first: RGB in [0, 1], [1, h, w, 3].
        second: the same.
        iterations: how often the flow is improved, at least 1.

    Returns:
        [h, w, 2], in pixels, x before y: what is at p in `first` is at p + flow[p] in `second`.

    Raises:
        InputError: for pictures of different sizes, or with a side shorter than `LEAST`.

    """
    check_at_least("the number of iterations", iterations, 1)
    sides, others = ("{1} x {2}".format(*np.shape(picture)) for picture in (first, second))
    if sides != others:
        raise InputError(f"a flow leads between pictures of one size, not from {sides} to {others}")
    check_sides(*np.shape(first)[1:3])
    make_room(("raft", sides))
    return _program()(parameters, first, second, iterations)


@functools.cache
def _program() -> Any:
    return jit(_compute)


def _compute(parameters: Params, first: Image, second: Image, iterations: Array) -> Array:
    """Estimate between pictures of any size: their borders are repeated up to multiples of 8."""
    _, h, w, _ = first.shape
    rows, columns = _around(h), _around(w)
    around = ((0, 0), rows, columns, (0, 0))
    first, second = (jnp.pad(jnp.asarray(x), around, "edge") for x in (first, second))
    whole = enlarge(estimate(parameters, first, second, iterations))
    return whole[rows[0] : rows[0] + h, columns[0] : columns[0] + w]


def _around(side: int) -> tuple[int, int]:
    lacking = -side % SHRINKS
    return lacking // 2, lacking - lacking // 2


def estimate(
    parameters: Params,
    first: Float[Array, "1 h w 3"],
    second: Float[Array, "1 h w 3"],
    iterations: int | Array,
) -> Float[Array, "_ _ 2"]:
    """Estimate the flow at an eighth of the size, in pixels of that, sides being multiples of 8."""
    first, second = 2 * jnp.asarray(first) - 1, 2 * jnp.asarray(second) - 1
    features = raft_encoder.features(parameters, first)
    levels = raft_correlation.pyramid(raft_encoder.features(parameters, second))
    state, context = jnp.split(raft_encoder.context(parameters, first), [STATE], axis=-1)
    known = raft_update.of_context(parameters, relu(context))
    places = jnp.indices(features.shape[1:3], features.dtype)[::-1].transpose(1, 2, 0)

    def improve(_: Array, now: tuple[Array, Array]) -> tuple[Array, Array]:
        state, flow = now
        seen = raft_correlation.look_up(features, levels, places + flow[0])
        state, change = raft_update.update(parameters, state, known, seen, flow)
        return state, flow + change

    begin = jnp.tanh(state), jnp.zeros_like(places)[None]
    return jax.lax.fori_loop(0, iterations, improve, begin)[1][0]


def enlarge(flow: Float[Array, "h w 2"]) -> Float[Array, "_ _ 2"]:
    """Return a flow of eight times the size, its values times 8, bilinear.

    The corners meet the corners, as torch has it with `align_corners`: pixel q of a side of 8n lies
    at p = q (n - 1) / (8n - 1) of the n, and takes max(0, 1 - |p - i|) of each i.
    """
    h, w, _ = flow.shape
    rows, columns = (_weights(side).astype(flow.dtype) for side in (h, w))
    return SHRINKS * jnp.einsum("ph,hwc,qw->pqc", rows, flow, columns)


def _weights(side: int) -> np.ndarray:
    places = np.linspace(0, side - 1, SHRINKS * side)
    return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(side)))
