"""A convolution and the batch normalisation behind it, as one convolution.

Trained, a normalisation is y = γ · (x - μ) / √(σ² + ε) + β by channel. With x = k ∗ z + b before it
and f = γ / √(σ² + ε), that is y = (k · f) ∗ z + (b - μ) · f + β.
"""

from collections.abc import Mapping

import numpy as np

_Arrays = Mapping[str, np.ndarray]


def fold(convolution: _Arrays, normalization: _Arrays, *, epsilon: float) -> dict[str, np.ndarray]:
    """Return kernel and bias of the two together, in float32, computed in float64.

    Args:
        convolution: `kernel` (kh, kw, i, o) and perhaps `bias`; nothing at all where the
            normalisation stands alone: then the kernel is (1, 1, 1, o).
        normalization: `mean` and `variance`, and perhaps `gamma` and `beta`, each (o,).
        epsilon: ε.

    """
    mean, variance = (normalization[key].astype(np.float64) for key in ("mean", "variance"))
    factor = normalization.get("gamma", np.ones(1)) / np.sqrt(variance + epsilon)
    kernel = convolution.get("kernel", np.ones((1, 1, 1, 1)))
    bias = (convolution.get("bias", np.zeros(1)) - mean) * factor
    found = {"kernel": kernel * factor, "bias": bias + normalization.get("beta", np.zeros(1))}
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        return {key: array.astype(np.float32) for key, array in found.items()}
