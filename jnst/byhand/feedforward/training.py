"""The loss of a network that is trained, and its gradient with respect to the parameters, by hand.

The twin of `jnst.training.objective`. The chain is: parameters → picture → features → loss. From
the loss back to the picture it is that of optimizing pixels (`jnst.byhand.losses.objective`); from
there it goes on through the network that painted it, to its parameters
(`jnst.byhand.feedforward.graph`).
What the photographs of a batch bring back adds up.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jnst.byhand.feedforward import graph
from jnst.byhand.losses import objective
from jnst.byhand.losses.objective import Network, Terms

Gradients = dict[str, dict[str, np.ndarray]]
"""∂L/∂θ by row and kind."""


class Goal(NamedTuple):
    """A layer's target and its weight, everywhere; as `jnst.losses.objective.Goal`."""

    target: Any
    weight: Any
    region: None = None


class Constants(NamedTuple):
    """What a picture is to match; as `jnst.losses.objective.Constants`."""

    params: Any
    goals: Mapping[str, Mapping[str, Sequence[Goal]]]
    picture_goals: Mapping[str, Any]


def given(table: Sequence[Any], photograph: np.ndarray, style: int) -> dict[str, np.ndarray]:
    """Return what a network takes: a photograph, and the style as weights, if it has several."""
    known = {"picture": photograph}
    for row in table:
        if row.op == "input" and row.name == "style":
            weights = np.eye(row.channels, dtype=photograph.dtype)[style]
            known["style"] = weights[None, None, None]
    return known


def constants(
    terms: Terms, network: Network, lesson: Any, photograph: np.ndarray, style: int
) -> Constants:
    """Return what the picture of one photograph, in one style, is to match."""
    term, everywhere = terms.features["content"], dict.fromkeys(lesson.content)
    measured = objective.targets(term, network, lesson.params, photograph, everywhere)
    goals = {
        "content": {layer: [Goal(measured[layer], lesson.content[layer])] for layer in measured},
        "style": {
            layer: [Goal(_of_style(target, style), weight)]
            for layer, (weight, target) in lesson.styles.items()
        },
    }
    return Constants(lesson.params, goals, lesson.picture)


def evaluate(
    terms: Terms,
    network: Network,
    table: Sequence[Any],
    params: Any,
    lesson: Any,
    photographs: np.ndarray,
    styles: np.ndarray,
) -> tuple[Any, Gradients]:
    """Compute L, and ∂L/∂θ.

    Args:
        terms: the losses.
        network: the loss network, forward and backward.
        table: the network that is trained.
        params: its parameters, θ.
        lesson: what it is to learn, as `jnst.training.objective.Lesson`.
        photographs: x, [b, h, w, 3].
        styles: s, the number of a style for each, [b].

    """
    total, sums, share = 0.0, {}, 1 / len(photographs)
    for photograph, style in zip(photographs[:, None], styles, strict=True):
        known = given(table, photograph, int(style))
        picture, maps = graph.paint(table, params, known)
        goals = constants(terms, network, lesson, photograph, int(style))
        found = objective.evaluate(terms, network, goals, picture)
        total = total + share * found.total
        back = {table[-1].name: share * found.gradient}
        _, gradients = graph.backward(table, params, maps, back, tuple(known))
        for row, kinds in gradients.items():
            graph.add(sums.setdefault(row, {}), kinds.items())
    return total, sums


def _of_style(target: Any, style: int) -> Any:
    """Take one style's target out of those of all, which lie one behind the other."""
    if isinstance(target, tuple):
        return type(target)(*(_of_style(part, style) for part in target))
    return np.asarray(target)[style]
