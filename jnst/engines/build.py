"""Engines compute the same objective: `jax` by autodiff, `byhand` in NumPy.

The first also in tiles, for pictures larger than the memory, and on several devices.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import numpy as np

from jnst.arrays import Array, Image, Params, Scalar
from jnst.backbones.graph import with_winograd
from jnst.backbones.tables import BACKBONES
from jnst.byhand.backbones import graph as byhand_graph
from jnst.byhand.losses import jitter as byhand_jitter
from jnst.byhand.losses import objective as byhand_objective
from jnst.byhand.optimize import optimizers as byhand_optim
from jnst.engines import tiling
from jnst.engines.sharding import check_devices, sharding, spread
from jnst.errors import InputError, check_choice
from jnst.losses import objective
from jnst.losses.jitter import jittered
from jnst.losses.objective import Constants, Evaluation
from jnst.losses.registry import (
    CONTENT_LOSSES,
    STYLE_LOSSES,
    ObjectiveChoices,
    on_features,
    on_picture,
    on_picture_by_hand,
)
from jnst.optimize import optimizers
from jnst.optimize.step import Compiled, Optimizer
from jnst.xla import find_devices

Targets = Callable[[str, Params, Image, Mapping[str, Array | None]], Mapping[str, Any]]
"""`(term, params, image, regions) -> targets`, by layer; a target is what the term makes of it."""
Fixed = tuple[Constants, Image]
"""The objective's constants, and the picture to start from."""


class Engine(NamedTuple):
    """The functions that optimize a picture.

    `targets(term, params, image, regions)` computes a term's target of a picture for each layer in
    `regions`, which weigh its positions (None: all alike);
    `evaluate(constants, image)` the objective and its gradient. `optimizers` maps a name to a
    function of the learning rate. `compiled` says what the loop should jit. `prepare` brings
    weights into the form that is fastest. `place` puts what is the same at every step where the
    work is done, so that no step needs to send it there again.
    """

    targets: Targets
    evaluate: Callable[[Constants, Image], Evaluation]
    optimizers: Mapping[str, Callable[..., Optimizer]]
    compiled: Compiled
    prepare: Callable[[Params], Params] = lambda params: params
    place: Callable[[Fixed], Fixed] = lambda given: given


def losses_and_network(choices: ObjectiveChoices) -> tuple[objective.Terms, objective.Extract]:
    """Return the losses and the network in JAX."""
    terms = objective.Terms(
        on_features(choices, objective.Term, "module"),
        on_picture(choices),
        choices.normalize_gradients,
    )
    network = {**choices.network, "precision": choices.precision}
    return terms, partial(BACKBONES[choices.backbone].features, **network)


def autodiff(choices: ObjectiveChoices) -> Engine:
    """Build the engine that XLA compiles and `jax.grad` differentiates."""
    terms, extract = losses_and_network(choices)
    programs = {
        # Not `xla.jit`: `jnst.engines.memory` asks for the shapes only, and options go with a
        # compilation.
        name: jax.jit(partial(objective.targets, term, extract))
        for name, term in terms.features.items()
    }

    evaluate = jittered(partial(objective.evaluate, terms, extract))
    return Engine(
        _in_precision(programs),
        evaluate,
        optimizers.OPTIMIZERS,
        compiled=True,
        prepare=partial(_prepare, choices),
    )


def _prepare(choices: ObjectiveChoices, params: Params) -> Params:
    """Transform kernels for convolution after Winograd, on a CPU and in float32 alone.

    In float64 one wants all digits, and bfloat16 has none to lose.
    """
    kinds = {array.dtype for weights in params.values() for array in weights.values()}
    single = choices.precision == "float32" and np.dtype(np.float64) not in kinds
    if not single or find_devices()[0].platform != "cpu":
        return params
    return with_winograd(BACKBONES[choices.backbone].table, params)


@cache
def on_devices(choices: ObjectiveChoices, count: int) -> Engine:
    """Build the engine whose maps are divided among so many devices; see `jnst.engines.sharding`.

    Raises `InputError` if there are fewer.
    """
    check_devices(count)
    chosen = find_devices()[:count]
    one = engine("jax", choices)
    place = partial(_place, device=sharding(chosen))
    evaluate = spread(one.evaluate, chosen)
    return one._replace(evaluate=evaluate, place=place, prepare=lambda params: params)


def _place(given: Fixed, device: jax.sharding.Sharding | None = None) -> Fixed:
    """Put arrays on a device, or on several, in the precision that they have."""
    double = any(getattr(leaf, "dtype", None) == np.float64 for leaf in jax.tree.leaves(given))
    with jax.enable_x64(double):
        return jax.device_put(given, device)


def _in_precision(programs: Mapping[str, Callable[..., Mapping[str, Any]]]) -> Targets:
    """Return an engine's `targets`: the program of a term, in float64 if the picture is."""

    def targets(term: str, params: Params, image: Image, regions: Mapping[str, Array | None]):
        with jax.enable_x64(image.dtype == np.float64):
            return programs[term](params, image, regions)

    return targets


def why_not_tiled(choices: ObjectiveChoices) -> str:
    """Return why this objective cannot be computed in tiles; nothing if they can."""
    if BACKBONES[choices.backbone].geometry is None:
        names = ", ".join(name for name, found in BACKBONES.items() if found.geometry)
        return f"{choices.backbone} cannot be computed in tiles; choose from {names}, or tile off"
    return whole_picture_loss(choices)


def check_tiled(choices: ObjectiveChoices) -> None:
    """Raise an `InputError` if this objective cannot be computed in tiles."""
    if problem := why_not_tiled(choices):
        raise InputError(problem)


def whole_picture_loss(choices: ObjectiveChoices) -> str:
    """Return which loss looks at all positions at once, whatever the network; or nothing."""
    for table, name in ((CONTENT_LOSSES, choices.content_loss), (STYLE_LOSSES, choices.style_loss)):
        if not table[name].tiled:
            names = ", ".join(other for other, loss in table.items() if loss.tiled)
            return f"{name} cannot be computed in tiles; choose from {names}, or tile off"
    if choices.normalize_gradients:
        return "normalize_gradients needs all of the picture at once; choose tile off"
    return ""


@cache
def in_tiles(choices: ObjectiveChoices, size: int) -> Engine:
    """Build the engine that works in windows of `size` pixels a side; see `jnst.engines.tiling`.

    Raises `InputError` for losses that do not add up over windows.
    """
    check_tiled(choices)
    geometry = BACKBONES[choices.backbone].geometry
    assert geometry is not None
    terms, extract = losses_and_network(choices)
    tiles = tiling.Tiles(size, geometry)

    programs = {
        name: tiling.measurer(term, extract, tiles) for name, term in terms.features.items()
    }
    evaluate = jittered(tiling.evaluator(terms, extract, tiles))
    targets = _in_precision(programs)
    return Engine(
        targets,
        evaluate,
        optimizers.OPTIMIZERS,
        compiled="moves",
        prepare=partial(_prepare, choices),
        place=_place,
    )


def by_hand(choices: ObjectiveChoices) -> Engine:
    """Build the engine that does without JAX: NumPy, and the derivatives of `jnst.byhand`."""
    terms = byhand_objective.Terms(
        on_features(choices, byhand_objective.Term, "byhand"),
        on_picture_by_hand(choices),
        choices.normalize_gradients,
    )
    options, table = byhand_graph.Options(**choices.network), BACKBONES[choices.backbone].table
    network = byhand_objective.Network(
        partial(byhand_graph.features, table, options=options),
        partial(byhand_graph.backward, table, options=options),
    )

    def targets(name: str, params: Params, image: Image, regions: Mapping[str, Any]):
        picture = np.asarray(image)
        return byhand_objective.targets(terms.features[name], network, params, picture, regions)

    shifted = byhand_jitter.jittered(partial(byhand_objective.evaluate, terms, network))

    def evaluate(constants: Constants, image: Image) -> Evaluation:
        found = shifted(constants, np.asarray(image))
        parts: dict[str, Scalar] = {n: np.asarray(part) for n, part in found.parts.items()}
        return Evaluation(np.asarray(found.total), parts, found.gradient)

    return Engine(targets, evaluate, byhand_optim.OPTIMIZERS, compiled=False)


ENGINES = {"jax": autodiff, "byhand": by_hand}
"""Functions of `ObjectiveChoices` that build an engine, by name."""


@cache
def engine(name: str, choices: ObjectiveChoices) -> Engine:
    """Return the engine called `name`; the same choices get the same one, compiled once."""
    return ENGINES[check_choice("engine", name, ENGINES)](choices)
