"""The two ways to compute the same objective: `jax`, by autodiff, and `byhand`, in NumPy."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg  # noqa: F401  (its LAPACK must be there before its threads can be counted)
import threadpoolctl

from jnst import objective, optim, tiling
from jnst.arrays import Array, Image, InputError, Params, check_choice
from jnst.backbones import BACKBONES
from jnst.byhand import objective as byhand_objective
from jnst.byhand import optim as byhand_optim
from jnst.byhand.losses import content as byhand_content
from jnst.byhand.losses import gram as byhand_gram
from jnst.byhand.losses import histogram as byhand_histogram
from jnst.byhand.losses import moments as byhand_moments
from jnst.byhand.losses import patches as byhand_patches
from jnst.byhand.losses import remd as byhand_remd
from jnst.byhand.losses import selfsimilarity as byhand_selfsimilarity
from jnst.byhand.losses import sliced as byhand_sliced
from jnst.byhand.losses import tv as byhand_tv
from jnst.byhand.losses import wasserstein as byhand_wasserstein
from jnst.losses import (
    content,
    gram,
    histogram,
    moments,
    patches,
    remd,
    selfsimilarity,
    sliced,
    squares,
    tv,
    wasserstein,
)
from jnst.sharding import spread
from jnst.xla import jit


class Engine(NamedTuple):
    """What the recipe needs to optimise a picture.

    `targets(term, params, image, regions)` computes a term's target of a picture for each layer in
    `regions`, which weigh its positions (None: all alike);
    `evaluate(constants, image)` the objective and its gradient. `optimizers` maps a name to a
    function of the learning rate. `compiled` says whether the loop should jit.
    """

    targets: Callable[..., Mapping[str, Array]]
    evaluate: Callable[..., Any]
    optimizers: Mapping[str, Callable[..., Any]]
    compiled: bool


class Losses(NamedTuple):
    """The choices that shape the objective, but are no numbers it could take as arguments."""

    backbone: str
    pooling: str
    rescale_pooling: bool
    padding: str
    content_loss: str
    content_scale: str
    style_loss: str
    gram_normalization: str
    style_scale: str
    tv: str
    tv_beta: float
    tv_scale: str
    normalize_gradients: bool

    @property
    def network(self) -> dict[str, Any]:
        """The options of the backbone's `features`, but for its name."""
        return {
            "pooling": self.pooling,
            "rescale": self.rescale_pooling,
            "padding": self.padding,
        }

    @property
    def total_variation(self) -> dict[str, Any]:
        """The options of total variation."""
        return {"kind": self.tv, "beta": self.tv_beta, "scale": self.tv_scale}


class Loss(NamedTuple):
    """A loss on features: its modules, the scales of its distance, the options of its statistic.

    `guided` says whether its statistic takes a region, `tiled` whether it adds up over windows.
    """

    module: Any
    byhand: Any
    scales: Sequence[str]
    guided: bool = False
    tiled: bool = False
    statistic: Callable[[Losses], dict[str, Any]] = lambda losses: {}


CONTENT_LOSSES = {
    "features": Loss(content, byhand_content, squares.SCALES, tiled=True),
    "self-similarity": Loss(selfsimilarity, byhand_selfsimilarity, tuple(selfsimilarity.SCALE)),
}
STYLE_LOSSES = {
    "gram": Loss(
        gram,
        byhand_gram,
        squares.SCALES,
        guided=True,
        tiled=True,
        statistic=lambda losses: {"normalization": losses.gram_normalization},
    ),
    "wasserstein": Loss(
        wasserstein, byhand_wasserstein, tuple(wasserstein.SCALE), guided=True, tiled=True
    ),
    "moments": Loss(moments, byhand_moments, tuple(moments.SCALE), guided=True),
    "sliced": Loss(sliced, byhand_sliced, tuple(sliced.SCALE)),
    "histogram": Loss(histogram, byhand_histogram, tuple(histogram.SCALE)),
    "patches": Loss(patches, byhand_patches, tuple(patches.SCALE)),
    "remd": Loss(remd, byhand_remd, tuple(remd.SCALE)),
}


def check_scale(term: str, losses: Mapping[str, Loss], loss: str, scale: str) -> None:
    """Raise an `InputError` for a scale that a content or style loss does not have."""
    check_choice(f"{term}_scale of {loss}", scale, losses[loss].scales)


def _term(kind: Any, module: Any, statistic: dict[str, Any], distance: dict[str, Any]) -> Any:
    """Fill a `Term` with the functions of a module, which carry the names of its fields."""
    options = {
        "statistic": statistic,
        "statistic_backward": statistic,
        "distance": distance,
        "of_parts": distance,
        "distance_backward": distance,
    }
    named = {field: getattr(module, field) for field in kind._fields if hasattr(module, field)}
    return kind(**{name: partial(f, **options.get(name, {})) for name, f in named.items()})


def _terms(losses: Losses, kind: Any, which: str) -> dict[str, Any]:
    """Build the losses on features for either engine, from the modules that `which` names."""
    chosen = {
        "content": (CONTENT_LOSSES[losses.content_loss], losses.content_scale),
        "style": (STYLE_LOSSES[losses.style_loss], losses.style_scale),
    }
    return {
        name: _term(kind, getattr(loss, which), loss.statistic(losses), {"scale": scale})
        for name, (loss, scale) in chosen.items()
    }


def _one_thread_for_lapack() -> None:
    """Let SciPy's LAPACK, which XLA calls for eigenvalues on the CPU, run on one thread.

    XLA has threads of its own. With a second pool, whose threads spin while they wait, an
    evaluation took half as long again, and on a busy machine up to forty times as long.
    """
    libraries = threadpoolctl.ThreadpoolController()
    paths = [lib.filepath for lib in libraries.lib_controllers if "scipy.libs" in lib.filepath]
    libraries.select(filepath=paths).limit(limits=1)


def _autodiff(losses: Losses) -> tuple[objective.Terms, objective.Extract]:
    """Return the losses and the network in JAX."""
    _one_thread_for_lapack()
    terms = objective.Terms(
        _terms(losses, objective.Term, "module"),
        partial(tv.total_variation, **losses.total_variation),
        losses.normalize_gradients,
    )
    return terms, partial(BACKBONES[losses.backbone].features, **losses.network)


def autodiff(losses: Losses) -> Engine:
    """Build the engine that XLA compiles and `jax.grad` differentiates."""
    terms, extract = _autodiff(losses)
    programs = {
        # Not `xla.jit`: `jnst.memory` asks for the shapes only, and options go with a compilation.
        name: jax.jit(partial(objective.targets, term, extract))
        for name, term in terms.features.items()
    }

    evaluate = partial(objective.evaluate, terms, extract)
    return Engine(_in_precision(programs), evaluate, optim.OPTIMIZERS, compiled=True)


@cache
def on_devices(losses: Losses, count: int) -> Engine:
    """Build the engine whose maps are divided among so many devices; see `jnst.sharding`.

    Raises `InputError` if there are fewer.
    """
    devices = jax.devices()
    if count > len(devices):
        raise InputError(
            f"devices must be at most {len(devices)}, as many as there are, not {count}"
        )
    one = engine("jax", losses)
    return one._replace(evaluate=spread(one.evaluate, devices[:count]))


def _in_precision(programs: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    """Return an engine's `targets`: the program of a term, in float64 if the picture is."""

    def targets(term: str, params: Params, image: Image, regions: Mapping[str, Array | None]):
        with jax.enable_x64(image.dtype == np.float64):
            return programs[term](params, image, regions)

    return targets


@cache
def in_tiles(losses: Losses, size: int) -> Engine:
    """Build the engine that does the same in windows of `size` pixels a side; see `jnst.tiling`.

    Raises `InputError` for losses that do not add up over windows.
    """
    for table, name in ((CONTENT_LOSSES, losses.content_loss), (STYLE_LOSSES, losses.style_loss)):
        if not table[name].tiled:
            names = ", ".join(other for other, loss in table.items() if loss.tiled)
            raise InputError(
                f"{name} cannot be computed in tiles; choose from {names}, or tile off"
            )
    if losses.normalize_gradients:
        raise InputError("normalize_gradients needs all of the picture at once; choose tile off")
    terms, extract = _autodiff(losses)
    tiles = tiling.Tiles(size, BACKBONES[losses.backbone].geometry)

    programs = {
        name: tiling.measurer(term, extract, tiles) for name, term in terms.features.items()
    }
    optimizers = {name: _donating(factory) for name, factory in optim.OPTIMIZERS.items()}
    evaluate = tiling.evaluator(terms, extract, tiles)
    return Engine(_in_precision(programs), evaluate, optimizers, compiled=False)


def _donating(factory: Callable[..., Any]) -> Callable[..., Any]:
    """Return optimisers that are compiled by themselves, and update their memory in place."""

    @cache
    def compiled(*rate: float, **options: Any) -> Any:
        optimizer = factory(*rate, **options)

        def init(image: Image) -> Any:  # donated: no two of its arrays may be the same
            return jax.tree.map(jnp.array, optimizer.init(jnp.asarray(image)))

        return optimizer._replace(init=init, update=jit(optimizer.update, donate_argnums=1))

    return compiled


def by_hand(losses: Losses) -> Engine:
    """Build the engine that does without JAX: NumPy, and the derivatives of `jnst.byhand`."""
    terms = byhand_objective.Terms(
        _terms(losses, byhand_objective.Term, "byhand"),
        partial(byhand_tv.total_variation, **losses.total_variation),
        partial(byhand_tv.total_variation_backward, **losses.total_variation),
        losses.normalize_gradients,
    )
    network = {"name": losses.backbone, **losses.network}

    def targets(name: str, params: Any, image: Any, regions: Mapping[str, Any]):
        return byhand_objective.targets(terms.features[name], network, params, image, regions)

    evaluate = partial(byhand_objective.evaluate, terms, network)
    return Engine(targets, evaluate, byhand_optim.OPTIMIZERS, compiled=False)


ENGINES = {"jax": autodiff, "byhand": by_hand}


@cache
def engine(name: str, losses: Losses) -> Engine:
    """Return the engine called `name`; the same losses get the same one, compiled once."""
    return ENGINES[check_choice("engine", name, ENGINES)](losses)
