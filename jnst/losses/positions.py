"""Feature maps as matrices, a row for each position, and how much each position counts."""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region


def matrix(features: FeatureMap) -> Float[Array, "M N"]:
    """Return features [1, h, w, N] as F (M, N), M = h·w positions and N channels."""
    return features.reshape(-1, features.shape[-1])


def weigh(F: Float[Array, "M N"], region: Region | None) -> Float[Array, "M N"]:
    """Return T F, each row times the weight of its position, or F itself without a region."""
    return F if region is None else region.reshape(-1, 1) * F


@jax.custom_vjp
def product(F: Float[Array, "M N"], region: Region | None) -> Float[Array, "N N"]:
    """Compute Fᵀ T F. Its derivative, T F (D + Dᵀ), is one product; autodiff would make it two.

    The region is taken as constant. In float32, three passes in bfloat16 on a TPU, TF32 on a GPU,
    where `HIGHEST` costs minutes of compiling.
    """
    return _matmul(F.T, weigh(F, region))


def _matmul(a: Array, b: Array) -> Array:
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGH)


def _forward(F: Array, region: Array | None):
    return product(F, region), (F, region)


def _backward(kept, D: Array):
    F, region = kept
    return weigh(_matmul(F, D + D.T), region), None


product.defvjp(_forward, _backward)
