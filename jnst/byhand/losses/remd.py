"""Relaxed earth mover's distance with its derivative. See `jnst.losses.remd`.

With directions u_i = x_i / |x_i| of the new picture and v_j of the style, C_ij = 1 - u_i · v_j, and
the smallest C is the largest cosine:

    E = max( 1 - 1/n Σ_i u_i · v_a(i) ,  1 - 1/m Σ_j u_b(j) · v_j ),
    a(i) = the j of the largest u_i · v_j,   b(j) = the i of the largest u_i · v_j.

A minimum moves as its smallest entry does: as long as no other overtakes it, which a small enough
step does not change, a and b are constants. So

    ∂E/∂u_i = -1/n v_a(i)                     where the first is the larger,
              -1/m Σ_j [b(j) = i] v_j         where the second is.
"""

import numpy as np

from jnst.byhand.losses.sampling import directions, directions_backward, sample, sample_backward

SCALE = {"mean": lambda target: 1, "relative": lambda target: 1}
"""Scales of E by name: a factor of 1; see `jnst.losses.remd.SCALE`."""


def statistic(features: np.ndarray) -> np.ndarray:
    """X = F at the positions of the grid, (n, c)."""
    return sample(features)


def statistic_backward(dX: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F = ∂E/∂X at the positions of the grid, 0 at all others."""
    return sample_backward(dX, features)


def target(vectors: np.ndarray) -> np.ndarray:
    """V = the rows y / |y|, (m, c)."""
    return directions(vectors)


def distance(vectors: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.floating:
    """E = scale · max(mean of the rows' minima of C, mean of the columns')."""
    C = 1 - directions(vectors) @ target.T  # (n, m)
    return SCALE[scale](target) * np.maximum(C.min(axis=1).mean(), C.min(axis=0).mean())


def distance_backward(
    vectors: np.ndarray, target: np.ndarray, *, scale: str = "mean"
) -> np.ndarray:
    """∂E/∂u as above, then through u = x / |x|."""
    C = 1 - directions(vectors) @ target.T
    dU = np.zeros_like(vectors)
    if C.min(axis=1).mean() >= C.min(axis=0).mean():
        dU -= target[C.argmin(axis=1)] / len(vectors)
    else:
        # add.at, for the same x may be the nearest to several y.
        np.add.at(dU, C.argmin(axis=0), -target / len(target))
    return SCALE[scale](target) * directions_backward(dU, vectors)
