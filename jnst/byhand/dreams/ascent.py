"""The steps of a dream, from NumPy alone."""

import numpy as np

TINY = 1e-12
"""Added to divisors, so that a gradient of zeros is not divided by zero."""


def normalize(gradient: np.ndarray) -> np.ndarray:
    """Compute g / mean |g|: a step then changes pixels by as much whatever the layer."""
    return gradient / (np.mean(np.abs(gradient)) + TINY)


def bands(gradient: np.ndarray, levels: int) -> list[np.ndarray]:
    """Split g into what each of `levels` blurs takes away, and what is left; they add up to g.

    Blur number k averages with the weights (1, 4, 6, 4, 1) / 16 down and across, 2ᵏ pixels apart.
    """
    found = []
    for level in range(levels):
        blurred = gradient
        for axis in (1, 2):
            apart = 2**level
            around = [(0, 0)] * 4
            around[axis] = (2 * apart, 2 * apart)
            padded = np.pad(blurred, around, mode="edge")
            length = blurred.shape[axis]
            blurred = np.zeros_like(gradient)
            for i, weight in enumerate((1, 4, 6, 4, 1)):
                blurred += weight / 16 * padded.take(range(i * apart, i * apart + length), axis)
        found.append(gradient - blurred)
        gradient = blurred
    return [*found, gradient]


def equalize(gradient: np.ndarray, levels: int) -> np.ndarray:
    """Σ_k b_k / std b_k over the `bands`: coarse and fine structure get the same share."""
    return sum(
        (band / (np.std(band) + TINY) for band in bands(gradient, levels)),
        np.zeros_like(gradient),
    )
