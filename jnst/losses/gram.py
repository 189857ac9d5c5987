"""Style loss: how far the correlations between channels are from those of the style picture.

Gatys, Ecker and Bethge (CVPR 2016), equations 3 to 6. F is the (M, N) matrix of features in one
layer: M positions, N channels. The paper writes the transpose (N, M), so its F Fᵀ is Fᵀ F here; the
Gram matrix G, N x N, is the same. A is the Gram matrix of the style picture.

Two named factors cover what the public tools do, each in its own way:

| system                           | Gram matrix          | squared difference       |
| -------------------------------- | -------------------- | ------------------------ |
| Gatys 2015, 2016 as printed      | `positions`          | `quarter-mean`           |
| Gatys's torch notebook, pastiche | `positions`          | `mean`, weighted by 1/N² |
| neural-style, neural-style-pt    | `positions-channels` | `mean`                   |
| style as ½Σ(G - A)² (kunal2021)  | `sum`                | `half`                   |
| deep learning course (patel2020) | `positions`          | `quarter-mean`           |

As printed, E = 1/(4N²M²) Σ(G - A)² with plain sums G and A; that is Σ(G/M - A/M)² / (4N²). Written
so, a style picture of another size keeps its meaning: each Gram matrix is divided by its own M.
"""

from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region, Scalar
from jnst.errors import check_choice
from jnst.losses.positions import matrix, product
from jnst.losses.squares import squared_error

NORMALIZATION = {
    "sum": lambda positions, channels: 1,
    "positions": lambda positions, channels: 1 / positions,
    "positions-channels": lambda positions, channels: 1 / (positions * channels),
}
"""Normalizations of FᵀF by name: its factor as a function of M and N."""


def statistic(
    features: FeatureMap,
    region: Region | None = None,
    *,
    normalization: str = "positions",
    whole: int | None = None,
) -> Float[Array, "c c"]:
    """Compute the Gram matrix G = FᵀF, times a factor: G_ij = factor · Σ_k F_ki F_kj.

    It is a sum over positions: it says which channels are active together, and forgets where.
    Guided by a region T it is factor · Σ_k T_k F_ki F_kj (Gatys et al., "Controlling Perceptual
    Factors in Neural Style Transfer", CVPR 2017; there F itself is multiplied, so that T² counts).

    Args:
        features: [1, h, w, c], seen as F with M = h·w rows and N = c columns.
        region: T, a weight for each position, of mean 1.
        normalization: a name in `NORMALIZATION`.
        whole: M of the whole map, where `features` is only a part of it: parts then add up to G.

    Raises:
        InputError: for an unknown normalization.

    """
    F = matrix(features)  # (M, N)
    norm = check_choice("Gram normalization", normalization, NORMALIZATION)
    G = product(F, region)  # (N, N)
    return NORMALIZATION[norm](whole or F.shape[0], F.shape[1]) * G


def distance(
    gram: Float[Array, "c c"], target: Float[Array, "c c"], *, scale: str = "quarter-mean"
) -> Scalar:
    """Compute E = scale · Σ_ij (G_ij - A_ij)².

    With the defaults, its derivative with respect to the features is
    ∂E/∂F = F (G - A) / (N² M²), with G and A the plain sums. Gatys et al. print it with two cases:

        ∂E/∂F_ij = ((F)ᵀ (G - A))_ji / (N² M²)   if F_ij > 0,
                   0                              if F_ij < 0.

    The second case can never be met by F itself, for F = max(Z, 0) is a rectified map. It belongs
    to Z, the map before the rectifier: ∂E/∂Z = ∂E/∂F · [Z > 0]. So the formula is the derivative of
    the loss and of the rectifier below it in one line; here each step keeps its own.

    Args:
        gram: G, the new picture's `statistic`.
        target: A, the style picture's.
        scale: a name in `squares.SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    return squared_error(gram, target, scale=scale)
