"""The loss of a network that is trained, and its gradient with respect to the parameters, by hand.

The twin of `jnst.training.objective`. The chain is: parameters → picture → features → loss. From
the loss back to the picture it is that of optimizing pixels (`jnst.byhand.losses.objective`); from
there it goes on through the network that painted it, to its parameters
(`jnst.byhand.feedforward.graph`). What the photographs of a batch bring back adds up. What a
picture is to be like does not depend on the parameters: nothing goes back through a teacher, nor
through AdaIN's target. Batch norms join the pictures of a batch on the way forward and backward
(`jnst.byhand.feedforward.batch`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jnst.byhand.feedforward import batch, graph, norms
from jnst.byhand.losses import objective
from jnst.byhand.losses.objective import Network, Terms

PLAIN = "plain"
"""The row of a network that paints without a style."""
Noise = Mapping[str, np.ndarray]
"""What a network takes beside a photograph, by the name of its row."""
Gradients = dict[str, dict[str, np.ndarray]]
"""∂L/∂θ by row and kind."""


class Task(NamedTuple):
    """What is computed; as `jnst.training.objective.Task`, with the loss network by hand."""

    terms: Terms
    network: Network
    table: Sequence[Any]
    teacher: Sequence[Any] | None = None
    adain: bool = False


class Goal(NamedTuple):
    """A layer's target and its weight, everywhere; as `jnst.losses.objective.Goal`."""

    target: Any
    weight: Any
    region: None = None


class PictureGoal(NamedTuple):
    """The goal of a loss on the picture itself; as `jnst.losses.objective.PictureGoal`."""

    weight: Any
    target: Any = None


class Constants(NamedTuple):
    """What a picture is to match; as `jnst.losses.objective.Constants`."""

    params: Any
    goals: Mapping[str, Mapping[str, Sequence[Goal]]]
    picture_goals: Mapping[str, Any]


def given(
    table: Sequence[Any], photograph: np.ndarray, style: np.ndarray, noise: Noise
) -> dict[str, np.ndarray]:
    """Return what a network takes: a photograph, its noise, and the style if there are several."""
    known = {}
    for row in table:
        if row.op != "input":
            continue
        if row.name == "picture":
            known[row.name] = photograph
        elif row.name == "style" and style.ndim:
            known[row.name] = style[None]
        elif row.name == "style":
            weights = np.eye(row.channels, dtype=photograph.dtype)[style]
            known[row.name] = weights[None, None, None]
        elif row.stride:
            known[row.name] = noise[row.name][None]
        elif row.name == "strength":
            known[row.name] = np.ones((1, 1, 1, 1), photograph.dtype)
    return known


def paints_plainly(table: Sequence[Any]) -> bool:
    """Say whether a network has a row that paints without a style."""
    return any(row.name == PLAIN for row in table)


def wanted(
    task: Task, lesson: Any, photograph: np.ndarray, style: np.ndarray, noise: Noise
) -> np.ndarray:
    """Return the picture that a photograph's is to be like, t: [1, h, w, 3]."""
    if photograph.shape[-1] == 6:
        return photograph[..., 3:]
    if task.teacher is None:
        return photograph
    known = given(task.teacher, photograph, style, noise)
    return graph.paint(task.teacher, lesson.teacher, known)[0]


def constants(
    task: Task, lesson: Any, photograph: np.ndarray, style: np.ndarray, noise: Noise
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


def _content(task: Task, lesson: Any, target: np.ndarray, style: np.ndarray) -> dict[str, Any]:
    """Measure the content of the picture wanted; with AdaIN, in the moments of the painting."""
    term, layers = task.terms.features["content"], tuple(lesson.content)
    features = task.network.features(lesson.params, target, layers) if layers else {}
    found = {layer: features[layer] for layer in layers}
    if task.adain:
        paintings = task.network.features(lesson.params, style[None], layers)
        for layer in layers:
            mean, deviation = norms.mean_and_deviation(
                paintings[layer], epsilon=0.0, unbiased=False
            )
            found[layer] = norms.adain(found[layer], mean, deviation)
    return {layer: term.target(objective.statistic(term, found[layer], None)) for layer in layers}


def _style(task: Task, lesson: Any, style: np.ndarray) -> dict[str, Any]:
    """Return the targets of a style: measured before, or now from the painting that is given."""
    if style.ndim:
        term, everywhere = task.terms.features["style"], dict.fromkeys(lesson.styles)
        return objective.targets(term, task.network, lesson.params, style[None], everywhere)
    return {layer: _of_style(target, style) for layer, (_, target) in lesson.styles.items()}


def evaluate(
    task: Task,
    params: Any,
    lesson: Any,
    photographs: np.ndarray,
    styles: np.ndarray,
    *,
    noise: Noise | None = None,
    learned: Collection[str] | None = None,
) -> tuple[Any, Gradients]:
    """Compute L, and ∂L/∂θ.

    Args:
        task: the losses and the networks.
        params: the parameters of the network that is trained, θ.
        lesson: what it is to learn, as `jnst.training.objective.Lesson`.
        photographs: x, [b, h, w, 3], or with what each is to become behind it [b, h, w, 6].
        styles: s, the number of a style for each, [b], or a painting, [b, h, w, 3].
        noise: of networks that take any, [b, h, w, c] each.
        learned: the rows whose parameters are trained; None for all.

    """
    total, share = 0.0, 1 / len(photographs)
    last = task.table[-1].name
    names = (last, PLAIN) if paints_plainly(task.table) else (last,)
    examples = [
        (photograph, np.asarray(style), {name: some[k] for name, some in (noise or {}).items()})
        for k, (photograph, style) in enumerate(zip(photographs[:, None], styles, strict=True))
    ]
    known = [given(task.table, x[..., :3], style, own) for x, style, own in examples]
    painted, gradients = batch.maps(task.table, params, known, names), []
    for example, maps in zip(examples, painted, strict=True):
        goals = constants(task, lesson, *example)
        found = objective.evaluate(task.terms, task.network, goals, maps[last])
        total = total + share * found.total
        back = {last: share * found.gradient}
        if PLAIN in names and lesson.pixels is not None:
            term, weight = task.terms.picture["pixels"], share * lesson.pixels
            total = total + weight * term.loss(maps[PLAIN], maps["picture"])
            back[PLAIN] = weight * term.backward(maps[PLAIN], maps["picture"])
        gradients.append(back)
    ends = _before(task.table, params if learned is None else learned)
    return total, batch.backward(task.table, params, painted, gradients, ends)


def _before(table: Sequence[Any], learned: Collection[str]) -> set[str]:
    """List the rows before all that are learned: nothing has to go back through these."""
    found = set()
    for row in table:
        if graph.owner(row) not in learned and found.issuperset(row.inputs):
            found.add(row.name)
    return found


def _of_style(target: Any, style: np.ndarray) -> Any:
    """Take one style's target out of those of all, which lie one behind the other."""
    if isinstance(target, tuple):
        return type(target)(*(_of_style(part, style) for part in target))
    return np.asarray(target)[style]
