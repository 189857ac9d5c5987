"""The mean squared difference of two pictures, pixel by pixel.

    L = Σ (x - t)² / (3·h·w)

What a decoder is to undo, or a small network is to learn from a large one, is a picture itself: Li
et al. 2017 (WCT, arXiv:1705.08086, equation 1) compare so what an autoencoder makes of x with x.
"""

import jax.numpy as jnp

from jnst.arrays import Image, Scalar


def pixels(image: Image, target: Image) -> Scalar:
    """Compute L for two pictures of one shape (1, h, w, 3)."""
    return jnp.mean((image - target) ** 2)
