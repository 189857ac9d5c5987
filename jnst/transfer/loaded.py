"""The engine and the weights of a run, loaded once for all its sizes."""

from typing import NamedTuple

import jax

from jnst.arrays import Params
from jnst.engines.build import Engine, engine, on_devices
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache
from jnst.weights.network import open_network
from jnst.xla import own_switches


class Loaded(NamedTuple):
    """The engine, and the weights in the precision that it works in: what all stages share.

    `prepared` are the weights in the form in which evaluations are fastest. Styles are measured
    with the others, which take less time to compile. The content is not: a run that begins with it
    must find no difference, or the gradient of a loss with a kink there would be that of rounding.

    Given a cache of targets, many pictures of the same settings share these as well. Otherwise each
    stage measures its own.
    """

    engine: Engine
    params: Params
    prepared: Params
    targets: TargetCache | None = None


@own_switches
def load(settings: Settings) -> Loaded:
    """Read the weights and build the engine.

    Raises `InputError` where weights are missing, or end before a layer that is needed.
    """
    resolved = settings.resolved
    chosen = engine(settings.engine, resolved.objective)
    if settings.devices > 1:
        chosen = on_devices(resolved.objective, settings.devices)
    params = open_network(settings.backbone, resolved.layers, weights=settings.weights).params
    params = jax.tree.map(lambda array: array.astype(resolved.dtype), params)
    return Loaded(chosen, params, chosen.prepare(params))
