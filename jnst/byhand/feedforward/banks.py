"""Convolution with a mixture of kernels, with its derivatives. See `jnst.feedforward.banks`.

y is linear in x, in K = Σ_i w_i K_i, and so in each K_i and in each weight w_i:

    ∂E/∂K_i = w_i ∂E/∂K,   ∂E/∂w_i = Σ K_i ∂E/∂K, over all numbers of the kernel,

where ∂E/∂K and ∂E/∂x are those of any convolution with the kernel K.
"""

import numpy as np

from jnst.byhand.backbones import nn
from jnst.byhand.feedforward.norms import blend, blend_backward


def convolve(x: np.ndarray, kernels: np.ndarray, style: np.ndarray) -> np.ndarray:
    """Compute y = x * K, framed by zeros, K = Σ_i w_i K_i; kernels (s, k, k, c, d), w (s,)."""
    return nn.conv2d(x, blend(kernels, style), np.zeros(kernels.shape[4], x.dtype))


def convolve_backward(
    dy: np.ndarray, x: np.ndarray, kernels: np.ndarray, style: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """∂E/∂x, ∂E/∂K_i and ∂E/∂w_i."""
    dx = nn.conv2d_backward(dy, blend(kernels, style))
    dkernel = nn.conv2d_kernel_backward(dy, x, kernels.shape[1:])
    return dx, *blend_backward(dkernel, kernels, style)
