"""The loss of a network that is trained: that of the pictures which it paints.

For a batch of n photographs x with styles s, and parameters θ,

    L(θ) = 1/n Σ_k [ α L_content(f_θ(x_k, s_k), x_k) + β L_style(f_θ(x_k, s_k), s_k) + γ R ],

with the losses of `jnst.losses.objective`, on features of a network that stays as it is
(Johnson, Alahi, Fei-Fei 2016, arXiv:1603.08155, equation 5; Dumoulin et al. 2017 for several s).
Its twin is `jnst.byhand.feedforward.training`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from jnst.arrays import Array, Params
from jnst.feedforward import graph
from jnst.feedforward.layers import Input, Table
from jnst.losses import objective
from jnst.losses.objective import Constants, Goal, PictureGoal

Photographs = Float[Array, "b h w 3"]
"""Photographs, RGB in [0, 1]."""
Styles = Int[Array, " b"]
"""The number of the style that each photograph is painted in."""


class Lesson(NamedTuple):
    """What a network is to learn: all that stays the same from step to step, as one argument.

    `params` are the loss network's. `content` has the weight of each layer, `styles` the weight and
    the targets of each layer, those of all styles along their first axis.
    """

    params: Params
    content: Mapping[str, Array | float]
    styles: Mapping[str, tuple[Array | float, Any]]
    picture: Mapping[str, PictureGoal]


def given(table: Table, photograph: Array, style: Array) -> dict[str, Array]:
    """Return what a network takes: a photograph, and the style as weights, if it has several."""
    known: dict[str, Array] = {"picture": photograph}
    for row in table:
        if isinstance(row, Input) and row.name == "style":
            known["style"] = jax.nn.one_hot(style, row.channels, dtype=photograph.dtype)[
                None, None, None
            ]
    return known


def constants(
    terms: objective.Terms,
    extract: objective.Extract,
    lesson: Lesson,
    photograph: Array,
    style: Array,
) -> Constants:
    """Return what the picture of one photograph, in one style, is to match."""
    content, everywhere = terms.features["content"], dict.fromkeys(lesson.content)
    measured = objective.targets(content, extract, lesson.params, photograph, everywhere)
    chosen = {
        layer: [Goal(jax.tree.map(lambda array: array[style], target), weight)]
        for layer, (weight, target) in lesson.styles.items()
    }
    goals = {
        "content": {layer: [Goal(measured[layer], lesson.content[layer])] for layer in measured},
        "style": chosen,
    }
    return Constants(lesson.params, goals, lesson.picture)


def loss(
    terms: objective.Terms,
    extract: objective.Extract,
    table: Table,
    params: Params,
    lesson: Lesson,
    photographs: Photographs,
    styles: Styles,
) -> tuple[Array, tuple[Mapping[str, Array], Array]]:
    """Compute L, its parts by name, and the pictures.

    Args:
        terms: the losses.
        extract: the loss network.
        table: the network that is trained.
        params: its parameters, θ.
        lesson: what it is to learn.
        photographs: x.
        styles: s.

    """

    def one(photograph: Array, style: Array):
        picture = graph.paint(table, params, given(table, photograph[None], style))
        goals = constants(terms, extract, lesson, photograph[None], style)
        total, parts = objective.loss(terms, extract, goals, picture)
        return total, parts, picture[0]

    totals, parts, pictures = jax.vmap(one)(photographs, styles)
    means = {name: jnp.mean(part) for name, part in parts.items()}
    return jnp.mean(totals), (means, jnp.asarray(pictures))
