"""What the rows do by which a style acts on a network, and their derivatives.

Part of `jnst.byhand.feedforward.rows`, which says what the functions take and return; the rows are
those of `jnst.feedforward.styling`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jnst.byhand.feedforward import banks, norms, roots, whitening
from jnst.byhand.losses import gram
from jnst.byhand.losses.positions import matrix

Maps = list[np.ndarray]
"""Maps that a row reads, or what comes back to them."""
Weights = Mapping[str, np.ndarray]
"""A row's parameters by kind."""
Back = tuple[Maps, dict[str, np.ndarray]]
"""What comes back to the maps that a row reads, and to its parameters by kind."""


def _affine(row: Any, maps: Maps, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Return scale and shift of a norm."""
    if row.affine == "given":
        return maps[1][0, 0, 0], maps[2][0, 0, 0]
    if row.affine == "styles":
        style = maps[1][0, 0, 0]
        return norms.blend(weights["scale"], style), norms.blend(weights["shift"], style)
    if row.affine == "none":
        channels, dtype = maps[0].shape[-1], maps[0].dtype
        return np.ones(channels, dtype), np.zeros(channels, dtype)
    return weights["scale"], weights["shift"]


def _norm(row: Any, maps: Maps, weights: Weights) -> np.ndarray:
    scale, shift = _affine(row, maps, weights)
    return norms.adain(maps[0], shift, scale, epsilon=row.epsilon, unbiased=row.unbiased)


def _norm_backward(row: Any, dy: np.ndarray, _, maps: Maps, weights: Weights) -> Back:
    """Go back to the map, then to scale and shift, and where these come from weights, to them."""
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    scale, _ = _affine(row, maps, weights)
    dx = norms.adain_backward(dy, maps[0], scale, **options)
    dscale, dshift = norms.affine_backward(dy, maps[0], **options)
    own = {"scale": dscale, "shift": dshift}
    if row.affine == "given":
        return [dx, _vector(dscale), _vector(dshift)], {}
    if row.affine == "none":
        return [dx], {}
    if row.affine == "styles":
        style, along = maps[1][0, 0, 0], np.zeros_like(maps[1])
        for kind, gradient in own.items():
            own[kind], dstyle = norms.blend_backward(gradient, weights[kind], style)
            along = along + dstyle
        return [dx, along], own
    return [dx], own


def _bank(_, maps: Maps, weights: Weights) -> np.ndarray:
    return banks.convolve(maps[0], weights["kernels"], maps[1][0, 0, 0])


def _bank_backward(_, dy: np.ndarray, __, maps: Maps, weights: Weights) -> Back:
    kernels, style = weights["kernels"], maps[1][0, 0, 0]
    dx, dkernels, dstyle = banks.convolve_backward(dy, maps[0], kernels, style)
    return [dx, _vector(dstyle)], {"kernels": dkernels}


def _comatch(_, maps: Maps, weights: Weights) -> np.ndarray:
    return maps[0] @ (weights["matrix"] @ maps[1][0, 0])


def _comatch_backward(_, dy: np.ndarray, __, maps: Maps, weights: Weights) -> Back:
    """With positions as rows Y = X M and M = W G.

    ∂E/∂X = ∂E/∂Y Mᵀ, ∂E/∂M = Xᵀ ∂E/∂Y, and from it ∂E/∂W = ∂E/∂M Gᵀ and ∂E/∂G = Wᵀ ∂E/∂M.
    """
    x, G, W = maps[0], maps[1][0, 0], weights["matrix"]
    dM = matrix(x).T @ matrix(dy)
    return [dy @ (W @ G).T, (W.T @ dM)[None, None]], {"matrix": dM @ G.T}


def _vector(x: np.ndarray) -> np.ndarray:
    return x[None, None, None]


def _mix_backward(_, dy: np.ndarray, __, maps: Maps, ___) -> Back:
    """∂E/∂a = (1 - α) dy, ∂E/∂b = α dy, ∂E/∂α = Σ dy (b - a)."""
    a, b, alpha = maps
    return [(1 - alpha) * dy, alpha * dy, np.full_like(alpha, (dy * (b - a)).sum())], {}


def _statistic(row: Any, maps: Maps, _) -> np.ndarray:
    if row.kind == "root":
        return roots.root(whitening.centre(maps[0])[1])[None, None]
    if row.kind == "gram":
        return gram.statistic(maps[0], normalization="positions-channels")[None, None]
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    return _vector(norms.mean_and_deviation(maps[0], **options)[row.kind == "deviation"])


def _statistic_backward(row: Any, dy: np.ndarray, _, maps: Maps, __) -> Back:
    x, dy = maps[0], dy[0, 0]
    if row.kind == "root":
        # X times a matrix has the mean 0 over positions: that X is centred changes nothing.
        return [roots.root_backward(dy, whitening.centre(x)[1]).reshape(x.shape)], {}
    if row.kind == "gram":
        return [gram.statistic_backward(dy, x, normalization="positions-channels")], {}
    if row.kind == "mean":  # and not by way of a deviation, which may be 0
        return [np.broadcast_to(dy / np.prod(x.shape[1:3], dtype=x.dtype), x.shape)], {}
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    return [norms.mean_and_deviation_backward(np.zeros_like(dy[0]), dy[0], x, **options)], {}


def _whiten(row: Any, maps: Maps, _) -> np.ndarray:
    x, mean, root = maps[0], maps[1][0, 0, 0], maps[2][0, 0]
    return whitening.wct(x, mean, root, alpha=1.0, threshold=row.threshold)


def _whiten_backward(row: Any, dy: np.ndarray, _, maps: Maps, __) -> Back:
    dx, dmean, droot = whitening.wct_backward(
        dy, maps[0], maps[2][0, 0], alpha=1.0, threshold=row.threshold
    )
    return [dx, _vector(dmean), droot[None, None]], {}


OPERATIONS: Mapping[str, tuple[Any, Any]] = {
    "norm": (_norm, _norm_backward),
    "bank": (_bank, _bank_backward),
    "comatch": (_comatch, _comatch_backward),
    "mix": (
        lambda _, maps, __: (1 - maps[2]) * maps[0] + maps[2] * maps[1],
        _mix_backward,
    ),
    "statistic": (_statistic, _statistic_backward),
    "whiten": (_whiten, _whiten_backward),
}
"""Forward and backward of each operation, by name."""
