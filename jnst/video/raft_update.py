"""RAFT-small's update: from the correlations around where all is thought to have moved, a step.

Teed and Deng 2020, arXiv:2003.12039, section 3.3 and appendix A; constants from `SmallUpdateBlock`
of princeton-vl/RAFT@e7f94cb. With h the state, and x what is seen, context and motion,

    z = σ(W_z * [h, x]),  r = σ(W_r * [h, x]),  q = tanh(W_q * [r h, x]),  h' = (1 - z) h + z q,

and two more convolutions make of h' what is to be added to the flow. The context is the same at
every iteration, and so is what each W makes of it: a convolution adds up over its input channels.
Here that is computed once, which saves a fifth of the time of all iterations.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, Params
from jnst.backbones.nn import conv2d, relu
from jnst.video.raft_encoder import Map, convolve

STATE = 96
"""Channels of h."""
CONTEXT = 64
"""Channels of the context."""
GATES = ("z", "r", "q")
"""What is computed of the state and of what is seen."""
_GRU, _ENCODER, _HEAD = "update_block.gru.conv", "update_block.encoder", "update_block.flow_head"


def of_context(params: Params, context: Map) -> dict[str, Map]:
    """Compute what the context adds to each of `GATES`, before its σ or tanh, with the bias."""
    found = {}
    for gate in GATES:
        layer = params[f"{_GRU}{gate}"]
        kernel = layer["kernel"][:, :, STATE : STATE + CONTEXT]
        found[gate] = conv2d(context, kernel, layer["bias"])
    return found


def update(
    params: Params,
    state: Float[Array, "1 h w c"],
    known: dict[str, Float[Array, "1 h w c"]],
    correlations: Float[Array, "1 h w _"],
    flow: Float[Array, "1 h w 2"],
) -> tuple[Float[Array, "1 h w c"], Float[Array, "1 h w 2"]]:
    """Compute the next state, and what is to be added to the flow.

    `known` is what `of_context` returns, and `correlations` were looked up where the flow leads.
    """
    motion = _motion(params, correlations, flow)

    def gate(name: str, h: Map) -> Map:
        kernel = params[f"{_GRU}{name}"]["kernel"]
        kernel = jnp.concatenate([kernel[:, :, :STATE], kernel[:, :, STATE + CONTEXT :]], axis=2)
        bias = jnp.zeros(STATE, kernel.dtype)  # it is in what is known
        return conv2d(jnp.concatenate([h, motion], axis=-1), kernel, bias) + known[name]

    z, r = jax.nn.sigmoid(gate("z", state)), jax.nn.sigmoid(gate("r", state))
    q = jnp.tanh(gate("q", r * state))
    state = (1 - z) * state + z * q
    change = convolve(params, f"{_HEAD}.conv2", relu(convolve(params, f"{_HEAD}.conv1", state)))
    return state, change


def _motion(params: Params, correlations: Map, flow: Map) -> Map:
    """Compute 80 channels of correlations and flow together; the flow itself is appended."""
    matched = relu(convolve(params, f"{_ENCODER}.convc1", correlations))
    moved = relu(convolve(params, f"{_ENCODER}.convf1", flow))
    moved = relu(convolve(params, f"{_ENCODER}.convf2", moved))
    both = jnp.concatenate([matched, moved], axis=-1)
    return jnp.concatenate([relu(convolve(params, f"{_ENCODER}.conv", both)), flow], axis=-1)
