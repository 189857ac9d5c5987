"""The loss of a network that is trained: that of the pictures which it paints.

For a batch of n photographs x with styles s, and parameters θ,

    L(θ) = 1/n Σ_k [ α L_content(f_θ(x_k, s_k), t_k) + β L_style(f_θ(x_k, s_k), s_k)
                     + δ mean (f_θ(x_k, s_k) - t_k)² + γ R ],

with the losses of `jnst.losses.objective`, on features of a network that stays as it is (Johnson,
Alahi, Fei-Fei 2016, arXiv:1603.08155, equation 5; Dumoulin et al. 2017 for several s). t is what
the picture is to be like: the photograph itself; what a teacher paints of it, as in distillation;
or a picture that comes with the photograph. A network that also paints without a style, as
StyleBank's autoencoder does, has the term of δ for that picture, which is to be the photograph
(Chen et al. 2017, arXiv:1703.09210; there such steps alternate with the others). AdaIN's decoder is
to have the photograph's features with the painting's mean and deviation (Huang and Belongie 2017,
arXiv:1703.06868, equations 11 to 13). In a network with batch norms f_θ(x_k, s_k) depends on the
other photographs, too. The twin is `jnst.byhand.feedforward.training`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from jnst.arrays import Array, Params
from jnst.feedforward import batchnorm, graph, norms
from jnst.feedforward.layers import BatchNorm, Input, Table
from jnst.feedforward.networks.stylebank import PLAIN
from jnst.losses import objective
from jnst.losses.objective import Constants, Goal, PictureGoal

Photographs = Float[Array, "b h w c"]
"""Photographs, RGB in [0, 1]; with six channels each has behind it what its picture is to be."""
Styles = Int[Array, " b"] | Float[Array, "b _ _ 3"]
"""The number of the style that each photograph is painted in; or a painting for each."""
Noise = Mapping[str, Float[Array, "b _ _ _"]]
"""For each photograph, what a network takes beside it, as `jnst.feedforward.noise` draws it."""


class Task(NamedTuple):
    """What is computed: the losses, the loss network, the table of the network that is trained.

    `table` is that of `trainable.in_training`, but to judge a network that is trained already;
    `teacher` is the table of a network that paints what the pictures are to be; `adain` says that
    the content is to take on the moments of the painting's features.
    """

    terms: objective.Terms
    extract: objective.Extract
    table: Table
    teacher: Table | None = None
    adain: bool = False


class Lesson(NamedTuple):
    """What a network is to learn: all that stays the same from step to step, as one argument.

    `params` are the loss network's. `content` has the weight of each layer, `styles` the weight and
    the targets of each layer, those of all styles along their first axis; None where each
    photograph has a painting. `pixels` is the weight of the pixels, δ. `teacher` has its
    parameters.
    """

    params: Params
    content: Mapping[str, Array | float]
    styles: Mapping[str, tuple[Array | float, Any]]
    picture: Mapping[str, PictureGoal]
    pixels: Array | float | None = None
    teacher: Params | None = None


class Seen(NamedTuple):
    """What is seen on the way to the loss: its parts by name, and the pictures.

    `observed` are the moments of the batch, by the row of a batch norm and kind, for its averages.
    """

    parts: Mapping[str, Array]
    pictures: Array
    observed: Mapping[str, Mapping[str, Array]]


def given(
    table: Table, photograph: Array, style: Array, noise: Mapping[str, Array]
) -> dict[str, Array]:
    """Return what a network takes: a photograph, its noise, and the style if there are several."""
    known: dict[str, Array] = {}
    for row in table:
        match row:
            case Input("picture"):
                known[row.name] = photograph
            case Input("style") if style.ndim:
                known[row.name] = style[None]
            case Input("style"):
                weights = jax.nn.one_hot(style, row.channels, dtype=photograph.dtype)
                known[row.name] = weights[None, None, None]
            case Input(stride=stride) if stride:
                known[row.name] = noise[row.name][None]
            case Input("strength"):
                known[row.name] = jnp.ones((1, 1, 1, 1), photograph.dtype)
    return known


def paints_plainly(table: Table) -> bool:
    """Say whether a network has a row that paints without a style."""
    return any(row.name == PLAIN for row in table)


def wanted(
    task: Task, lesson: Lesson, photograph: Array, style: Array, noise: Mapping[str, Array]
) -> Array:
    """Return the picture that a photograph's is to be like, t: [1, h, w, 3]."""
    if photograph.shape[-1] == 6:
        return photograph[..., 3:]
    if task.teacher is None or lesson.teacher is None:
        return photograph
    known = given(task.teacher, photograph, style, noise)
    return graph.paint(task.teacher, lesson.teacher, known)


def constants(
    task: Task, lesson: Lesson, photograph: Array, style: Array, noise: Mapping[str, Array]
) -> Constants:
    """Return what the picture of one photograph, in one style, is to match."""
    target = wanted(task, lesson, photograph, style, noise)
    goals = {
        "content": {
            layer: [Goal(one, lesson.content[layer])]
            for layer, one in _content(task, lesson, target, style).items()
        },
        "style": {
            layer: [Goal(one, lesson.styles[layer][0])]
            for layer, one in _style(task, lesson, style).items()
        },
    }
    picture = dict(lesson.picture)
    if lesson.pixels is not None and not paints_plainly(task.table):
        picture["pixels"] = PictureGoal(lesson.pixels, target)
    return Constants(lesson.params, {name: some for name, some in goals.items() if some}, picture)


def _content(task: Task, lesson: Lesson, target: Array, style: Array) -> dict[str, Any]:
    """Measure the content of the picture wanted; with AdaIN, in the moments of the painting."""
    term, layers = task.terms.features["content"], tuple(lesson.content)
    features = task.extract(lesson.params, target, layers)
    if task.adain:
        paintings = task.extract(lesson.params, style[None], layers)
        for layer in layers:
            mean, deviation = norms.mean_and_deviation(
                paintings[layer], epsilon=0.0, unbiased=False
            )
            features[layer] = norms.adain(features[layer], mean, deviation)
    return {layer: term.target(term.statistic(features[layer])) for layer in layers}


def _style(task: Task, lesson: Lesson, style: Array) -> dict[str, Any]:
    """Return the targets of a style: measured before, or now from the painting that is given."""
    if style.ndim:
        term, everywhere = task.terms.features["style"], dict.fromkeys(lesson.styles)
        return objective.targets(term, task.extract, lesson.params, style[None], everywhere)
    return {
        layer: jax.tree.map(lambda array: array[style], targets)
        for layer, (_, targets) in lesson.styles.items()
    }


def loss(
    task: Task,
    params: Params,
    lesson: Lesson,
    photographs: Photographs,
    styles: Styles,
    *,
    noise: Noise | None = None,
) -> tuple[Array, Seen]:
    """Compute L, and what is seen on the way.

    Args:
        task: the losses and the networks.
        params: the parameters of the network that is trained, θ.
        lesson: what it is to learn.
        photographs: x.
        styles: s.
        noise: of networks that take any.

    """
    joining = [row for row in task.table if isinstance(row, BatchNorm) and row.training]

    def one(photograph: Array, style: Array, noise: Mapping[str, Array]):
        photograph, last = photograph[None], task.table[-1].name
        names = (last, PLAIN) if paints_plainly(task.table) else (last,)
        known = given(task.table, photograph[..., :3], style, noise)
        read = [row.inputs[0] for row in joining]
        painted = graph.maps(task.table, params, known, (*names, *read))
        observed = {row.name: batchnorm.observed(painted[row.inputs[0]]) for row in joining}
        goals = constants(task, lesson, photograph, style, noise)
        total, parts = objective.loss(task.terms, task.extract, goals, painted[last])
        if PLAIN in names and lesson.pixels is not None:
            far = task.terms.picture["pixels"](painted[PLAIN], photograph[..., :3])
            total, parts = total + lesson.pixels * far, parts | {PLAIN: lesson.pixels * far}
        return total, parts, painted[last][0], observed

    together = jax.vmap(one, axis_name=batchnorm.BATCH, out_axes=(0, 0, 0, None))
    totals, parts, pictures, observed = together(photographs, styles, noise or {})
    means = {name: jnp.mean(part) for name, part in parts.items()}
    return jnp.mean(totals), Seen(means, jnp.asarray(pictures), observed)
