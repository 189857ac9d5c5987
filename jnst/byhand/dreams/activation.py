"""Objectives of a dream, with derivatives down to the pixels. See `jnst.dreams.activation`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jnst.byhand.backbones import graph


def squares(features: np.ndarray) -> np.floating:
    """E = Σ F² / (2 M N)."""
    return np.mean(features**2) / 2


def squares_backward(features: np.ndarray) -> np.ndarray:
    """∂E/∂F = F / (M N)."""
    return features / features.size


def mean(features: np.ndarray) -> np.floating:
    """E = Σ F / (M N)."""
    return np.mean(features)


def mean_backward(features: np.ndarray) -> np.ndarray:
    """∂E/∂F = 1 / (M N)."""
    return np.full_like(features, 1 / features.size)


def guided(features: np.ndarray, target: np.ndarray) -> np.floating:
    """E = Σ_p max_q F_p · G_q / (M N)."""
    return np.sum(features * _best(features, target)) / features.size


def guided_backward(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """∂E/∂F_p = G_q* / (M N): q* stays the best one if F_p moves a little, so it is no variable."""
    return _best(features, target) / features.size


def _best(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return G_q*, [1, h, w, c]: for each position p of F that of G with the largest F_p · G_q."""
    channels = features.shape[-1]
    rows = target.reshape(-1, channels)
    best = np.argmax(features.reshape(-1, channels) @ rows.T, axis=1)
    return rows[best].reshape(features.shape)


OBJECTIVES = {"squares": (squares, squares_backward), "mean": (mean, mean_backward)}
"""Functions of a map with their derivatives, by name."""


def total(
    aim: Any, maps: Mapping[str, np.ndarray], targets: Mapping[str, np.ndarray]
) -> tuple[np.floating, dict[str, np.ndarray]]:
    """Compute E = Σ_l w_l E_l and ∂E/∂F by layer; `aim` is as `jnst.dreams.activation.Aim`.

    Where only some channels were chosen, the derivative with respect to all others is 0.
    """
    value, gradients = np.float64(0), {}
    for layer, weight, channels in zip(*aim[:3], strict=True):
        chosen = list(channels) or slice(None)
        features = maps[layer][..., chosen]
        if targets:
            target = targets[layer][..., chosen]
            e, de = guided(features, target), guided_backward(features, target)
        else:
            forward, backward = OBJECTIVES[aim.objective]
            e, de = forward(features), backward(features)
        value = value + weight * e
        gradients[layer] = np.zeros_like(maps[layer])
        gradients[layer][..., chosen] = weight * de
    return value, gradients


def value_and_gradient(
    table: Sequence[Any],
    params: graph.Params,
    image: np.ndarray,
    aim: Any,
    targets: Mapping[str, np.ndarray],
    *,
    padding: str = "zeros",
) -> tuple[np.floating, np.ndarray]:
    """Compute E and ∂E/∂image by the chain rule: back through the objective, then the network."""
    options = graph.Options(padding=padding)
    found = graph.features(table, params, image, aim.layers, options)
    value, gradients = total(aim, found, targets)
    return value, graph.backward(table, params, found, gradients, options)
