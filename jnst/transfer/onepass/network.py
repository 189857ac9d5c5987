"""A network that paints in one pass, with its parameters, and what computes its maps."""

import math
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from jnst.arrays import Params
from jnst.backbones.nn import PRECISION
from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.registry import NETWORKS, Network
from jnst.feedforward.segments import PICTURE
from jnst.transfer.onepass import tiles
from jnst.transfer.onepass.checks import NUMBERS, called, check_own_styles
from jnst.transfer.onepass.programs import Maps, program
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache
from jnst.weights import onepass, trained
from jnst.weights.suffixes import suffix_of

QUICKLY = 2**20
"""Up to so many pixels a single picture is painted by a program that is compiled quickly; above,
what it takes longer to run is more than what that saves (`scripts/bench/onepass.py`)."""


class Loaded(NamedTuple):
    """A network, and its parameters.

    Given a cache, many pictures share what is known of their styles. `styles` are the names of
    those that the network has itself, if it has several; `file` is that of a trained one, as it was
    named.
    """

    network: Network
    params: Params
    styles: tuple[str, ...] = ()
    known: TargetCache | None = None
    file: str = ""


def load(settings: Settings, *, file: Path | None) -> Loaded:
    """Read the weights of a method, or of a trained network from its file, here or among weights.

    Raises `InputError` where they are missing, or cannot be used.
    """
    if file is None:
        name, params = onepass.load(settings.method)
        return Loaded(NETWORKS[name], params, NUMBERS if name == "multistyle" else ())
    named, file = str(file), onepass.located(file)
    if suffix_of(file) == trained.SUFFIX:
        design, params, _ = trained.read(file)
        if design.network in trainable.AUTOENCODERS:
            raise InputError(
                f"{file} is a decoder of {design.network}, and paints no style; make it a part of "
                "method wct by 'jnst weights convert'"
            )
        return _of(design, params, named)
    name, params = onepass.open_file(file)
    return Loaded(NETWORKS[name], params, file=named)


def describe(file: Path) -> Loaded | None:
    """Return a network that jnst trained, found as `load` finds it, without its parameters.

    None for networks of others, and for what cannot be read: to load it says why.
    """
    named, file = str(file), onepass.located(file)
    if suffix_of(file) != trained.SUFFIX:
        return None
    try:
        return _of(trained.describe(file)[0], {}, named)
    except InputError:
        return None


def _of(design: trainable.Design, params: Params, named: str) -> Loaded:
    return Loaded(trainable.network(design), params, design.own_styles, file=named)


def check_trained(loaded: Loaded, settings: Settings, *, paintings: bool) -> None:
    """Raise an `InputError` for what a trained network has no use for.

    So for `paintings` beside one that has its own styles, none beside one that takes any, and for
    settings that go with the other kind.
    """
    name = called(settings, network=loaded.file)
    if not loaded.network.known:
        if paintings:
            raise InputError(
                f"{name} has a style of its own, in place of a painting; leave out the painting"
            )
        check_own_styles(settings, loaded.styles, network=loaded.file)
        return
    if not paintings:
        raise InputError(f"{name} takes any painting; give one beside it")
    if settings.style_number:
        raise InputError(
            f"style_number is for networks of several styles, and {name} takes any painting; leave "
            "it out"
        )
    if settings.style_size is not None and loaded.network.side is not None:
        raise InputError(f"{name} takes paintings of one size; leave out style_size")


def compute(loaded: Loaded, settings: Settings, given: Maps, *, tile: int | None) -> np.ndarray:
    """Compute the picture, as a whole or in tiles, in the precision that the settings ask for."""
    if (precision := PRECISION[settings.precision]) is not None:
        given = {**given, PICTURE: np.asarray(given[PICTURE], precision)}
    if tile is not None:
        found = tiles.paint(loaded.network, loaded.params, given, size=tile)
    else:
        last = loaded.network.table[-1].name
        found = run(loaded, settings, given, (last,))[last]
    return np.asarray(found, np.float32)


def run(loaded: Loaded, settings: Settings, given: Maps, names: tuple[str, ...]) -> Maps:
    """Compute the maps of some rows by the engine that the settings ask for."""
    if settings.engine == "byhand":
        arrays, params = jax.tree.map(np.asarray, (dict(given), loaded.params))
        found = byhand.maps(loaded.network.table, params, arrays, names)
        return {name: found[name] for name in names}  # by hand there are those between, too
    pixels = max(math.prod(x.shape[1:3]) for x in given.values())
    quick = loaded.known is None and pixels <= QUICKLY
    return program(loaded.network.table, names, quick=quick)(loaded.params, given)
