"""Feature maps as matrices, a row for each position. See `jnst.losses.positions`."""

import numpy as np


def matrix(features: np.ndarray) -> np.ndarray:
    """F, (M, N), of features (1, h, w, N): M = h·w positions, N channels."""
    return features.reshape(-1, features.shape[-1])


def weigh(F: np.ndarray, region: np.ndarray | None) -> np.ndarray:
    """T F: each row times the weight of its position, or F itself without a region."""
    return F if region is None else region.reshape(-1, 1) * F
