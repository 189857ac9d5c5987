"""Patch matching with its derivative. See `jnst.losses.patches`.

E = scale / n · Σ_i |Ψ_i - Ψˢ_NN(i)|². NN(i) changes only where two style patches are exactly as
like Ψ_i; elsewhere a small enough step leaves it as it is, and its derivative is 0. So

    ∂E/∂Ψ_i = 2 scale / n · (Ψ_i - Ψˢ_NN(i)).

Each position of F lies in up to nine patches, in another place of each: it is the sum of what these
say, ∂E/∂F_p = Σ_o (∂E/∂Ψ_{p-o})_o over the places o = (0, 0) … (2, 2).
"""

from typing import NamedTuple

import numpy as np

from jnst.byhand.losses.sampling import sample

SIDE = 3
"""A patch has this many positions across and down."""
LIMIT = 4096
"""The largest number of style patches."""
BLOCK = 512
"""So many patches are compared with the style's at a time."""


class Target(NamedTuple):
    """The style picture's patches in rows, (m, k), and their lengths."""

    patches: np.ndarray
    norms: np.ndarray


SCALE = {
    "mean": lambda target: 1 / target.patches.shape[1],
    "relative": lambda target: 1 / np.mean(target.norms**2),
}
"""Scales of E / n by name; see `jnst.losses.patches.SCALE`."""


def statistic(features: np.ndarray) -> np.ndarray:
    """S = F."""
    return features


def statistic_backward(dS: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F = ∂E/∂S."""
    return dS


def target(features: np.ndarray) -> Target:
    """Ψˢ at up to `LIMIT` positions on a regular grid, and |Ψˢ|."""
    patches = np.concatenate([sample(view, limit=LIMIT) for view in _views(features)], axis=1)
    return Target(patches, np.sqrt(np.sum(patches**2, axis=1)))


def distance(features: np.ndarray, target: Target, *, scale: str = "mean") -> np.floating:
    """E = scale / n · Σ_i |Ψ_i - Ψˢ_NN(i)|²."""
    d = _differences(features, target)
    return SCALE[scale](target) * np.sum(d**2) / len(d)


def distance_backward(features: np.ndarray, target: Target, *, scale: str = "mean") -> np.ndarray:
    """∂E/∂Ψ_i = 2 scale / n · (Ψ_i - Ψˢ_NN(i)), each of its nine places added to its position."""
    d = _differences(features, target)
    dpatches = 2 * SCALE[scale](target) / len(d) * d
    dF = np.zeros_like(features)
    for view, part in zip(_views(dF), np.split(dpatches, SIDE**2, axis=1), strict=True):
        view += part.reshape(view.shape)  # a view of dF: this adds to dF
    return dF


def _views(features: np.ndarray) -> list[np.ndarray]:
    """List the map as seen by each of the nine places in a patch, (1, h - 2, w - 2, c)."""
    height, width = (side - SIDE + 1 for side in features.shape[1:3])
    return [
        features[:, down : down + height, across : across + width]
        for down in range(SIDE)
        for across in range(SIDE)
    ]


def _differences(features: np.ndarray, target: Target) -> np.ndarray:
    """Ψ_i - Ψˢ_NN(i), (n, k)."""
    rows = [view.reshape(-1, view.shape[-1]) for view in _views(features)]
    patches = np.concatenate(rows, axis=1)
    known = target.norms > 0
    inverse = np.where(known, 1 / np.where(known, target.norms, 1), 0)
    nearest = [
        np.argmax(patches[start : start + BLOCK] @ target.patches.T * inverse, axis=1)
        for start in range(0, len(patches), BLOCK)
    ]
    return patches - target.patches[np.concatenate(nearest)]
