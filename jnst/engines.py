"""The two ways to compute the same objective: `jax`, by autodiff, and `byhand`, in NumPy."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
import scipy.linalg  # noqa: F401  (its LAPACK must be there before its threads can be counted)
import threadpoolctl

from jnst import objective, optim
from jnst.arrays import Array, Image, Params, check_choice
from jnst.backbones import BACKBONES
from jnst.byhand import objective as byhand_objective
from jnst.byhand import optim as byhand_optim
from jnst.byhand.backbones import vgg as byhand_vgg
from jnst.byhand.losses import content as byhand_content
from jnst.byhand.losses import gram as byhand_gram
from jnst.byhand.losses import tv as byhand_tv
from jnst.byhand.losses import wasserstein as byhand_wasserstein
from jnst.losses import content, gram, squares, tv, wasserstein


class Engine(NamedTuple):
    """What the recipe needs to optimise a picture.

    `targets(term, params, image, layers)` computes a term's targets of a picture by layer,
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
    content_scale: str
    style_loss: str
    gram_normalization: str
    style_scale: str
    tv: str
    tv_beta: float
    tv_scale: str

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


class StyleLoss(NamedTuple):
    """A style loss: its modules, the scales of its distance, the options of its statistic."""

    module: Any
    byhand: Any
    scales: Sequence[str]
    statistic: Callable[[Losses], dict[str, Any]] = lambda losses: {}


STYLE_LOSSES = {
    "gram": StyleLoss(
        gram,
        byhand_gram,
        squares.SCALES,
        lambda losses: {"normalization": losses.gram_normalization},
    ),
    "wasserstein": StyleLoss(wasserstein, byhand_wasserstein, tuple(wasserstein.SCALE)),
}


def _term(kind: Any, module: Any, statistic: dict[str, Any], distance: dict[str, Any]) -> Any:
    """Fill a `Term` with the functions of a module, which carry the names of its fields."""
    options = {
        "statistic": statistic,
        "statistic_backward": statistic,
        "distance": distance,
        "distance_backward": distance,
    }
    named = {field: getattr(module, field) for field in kind._fields if hasattr(module, field)}
    return kind(**{name: partial(f, **options.get(name, {})) for name, f in named.items()})


def _features(losses: Losses, kind: Any, content: Any, style: Any) -> dict[str, Any]:
    """Build the losses on features of either engine, from its modules."""
    statistic = STYLE_LOSSES[losses.style_loss].statistic(losses)
    return {
        "content": _term(kind, content, {}, {"scale": losses.content_scale}),
        "style": _term(kind, style, statistic, {"scale": losses.style_scale}),
    }


def check_style_scale(loss: str, scale: str) -> None:
    """Raise an `InputError` for a scale that the style loss does not have."""
    check_choice(f"style_scale of {loss}", scale, STYLE_LOSSES[loss].scales)


def _one_thread_for_lapack() -> None:
    """Let SciPy's LAPACK, which XLA calls for eigenvalues on the CPU, run on one thread.

    XLA has threads of its own. With a second pool, whose threads spin while they wait, an
    evaluation took half as long again, and on a busy machine up to forty times as long.
    """
    libraries = threadpoolctl.ThreadpoolController()
    paths = [lib.filepath for lib in libraries.lib_controllers if "scipy.libs" in lib.filepath]
    libraries.select(filepath=paths).limit(limits=1)


def autodiff(losses: Losses) -> Engine:
    """Build the engine that XLA compiles and `jax.grad` differentiates."""
    _one_thread_for_lapack()
    extract = partial(BACKBONES[losses.backbone].features, **losses.network)
    style = STYLE_LOSSES[losses.style_loss].module
    terms = objective.Terms(
        _features(losses, objective.Term, content, style),
        partial(tv.total_variation, **losses.total_variation),
    )

    def targets(term: str, params: Params, image: Image, layers: tuple[str, ...]):
        run = partial(objective.targets, terms.features[term], extract)
        with jax.enable_x64(image.dtype == np.float64):
            return jax.jit(run, static_argnums=2)(params, image, layers)

    evaluate = partial(objective.evaluate, terms, extract)
    return Engine(targets, evaluate, optim.OPTIMIZERS, compiled=True)


def by_hand(losses: Losses) -> Engine:
    """Build the engine that does without JAX: NumPy, and the derivatives of `jnst.byhand`."""
    style = STYLE_LOSSES[losses.style_loss].byhand
    terms = byhand_objective.Terms(
        _features(losses, byhand_objective.Term, byhand_content, style),
        partial(byhand_tv.total_variation, **losses.total_variation),
        partial(byhand_tv.total_variation_backward, **losses.total_variation),
    )
    network = {"name": losses.backbone, **losses.network}

    def targets(name: str, params: Any, image: Any, layers: tuple[str, ...]):
        found = byhand_vgg.features(params, image, layers, **network) if layers else {}
        term = terms.features[name]
        return {layer: term.target(term.statistic(found[layer])) for layer in layers}

    evaluate = partial(byhand_objective.evaluate, terms, network)
    return Engine(targets, evaluate, byhand_optim.OPTIMIZERS, compiled=False)


ENGINES = {"jax": autodiff, "byhand": by_hand}
