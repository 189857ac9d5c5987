"""What tests of networks that paint in one pass share."""

import functools

import jax
import numpy as np
import pytest
from gradcheck import check, close
from helpers import load_script
from programs import quick

from jnst.byhand.feedforward import graph as byhand
from jnst.feedforward import batchnorm, graph, parameters
from jnst.feedforward.layers import Input, Mix, Norm, Statistic
from jnst.feedforward.registry import Network

oracles = load_script("bench/oracles.py")
NETS, ORACLES, load, picture, strength = (
    getattr(oracles, name) for name in ("NETS", "ORACLES", "load", "picture", "strength")
)


KNOWN = ("mean", "deviation")
"""What is known of a style in the stand-in."""


def stand_in(**options):
    """Return AdaIN of the pixels themselves, in place of a published network: nothing to read."""
    style, picture = Input("style", 3), Input("picture", 3)
    rows = [style, *(Statistic(kind, ("style",), kind) for kind in KNOWN), picture]
    rows += [Norm("normed", ("picture", "deviation", "mean"), "given"), Input("strength", 1)]
    rows += [Mix("mixed", ("picture", "normed", "strength"))]
    return Network(tuple(rows), 1, "", None, KNOWN, **options)


def here(*names):
    """Return a mark that skips where published networks, or what they paint, are absent."""
    paths = [NETS / name for name in names] + [ORACLES]
    return pytest.mark.skipif(
        not all(path.exists() for path in paths), reason="shared networks or oracles are not here"
    )


def check_oracle(network, key="out", *, most, engines=("jax", "byhand")):
    """Check that both engines, or one, paint what a published network did, to within `most`."""
    runs = {"jax": lambda table, *given: program(table)(*given), "byhand": oracles.by_hand}
    assert most <= oracles.PUBLISHED[network].asked
    for engine in engines:
        found = oracles.difference(network, key, runs[engine])
        assert found < most, f"{engine}: {found:.1e}"


def batch_norm(x, *, scale, shift, epsilon=1e-5):
    """Normalize maps [n, h, w, c] by the moments of all of them, as a training does."""

    def one(picture):
        picture = picture[None]
        mean, variance = batchnorm.moments(picture)
        affine = {"scale": scale, "shift": shift, "epsilon": epsilon}
        return batchnorm.normalize(picture, mean, variance, **affine)[0]

    return jax.vmap(one, axis_name=batchnorm.BATCH)(x)


def random_params(rng, table, dtype=np.float64):
    """Make up parameters with which the sizes of activations stay about what they are."""

    def draw(kind, shape):
        fan = np.prod(shape[-4:-1]) if len(shape) > 3 else 1
        array = rng.normal(size=shape) * (2 / fan) ** 0.5
        return (0.5 + array**2 if kind == "variance" else array).astype(dtype)

    shapes = parameters.shapes(table)
    return {row: {k: draw(k, s) for k, s in kinds.items()} for row, kinds in shapes.items()}


def random_given(rng, table, size=(6, 7), dtype=np.float64):
    """Make up what a table is given: maps of this size, but vectors where it says so, and noise."""

    def sides(row):
        return (1, 1) if row.name.endswith("vector") else [n // (row.stride or 1) for n in size]

    return {
        row.name: rng.uniform(size=(1, *sides(row), row.channels)).astype(dtype)
        for row in table
        if isinstance(row, Input)
    }


@functools.cache
def program(table):
    """Return a program (params, given) -> picture."""
    return quick(lambda params, given: graph.paint(table, params, given))


def paint(table, params, given):
    """Run a network by both engines, check that they agree, and return the picture of JAX's."""
    y = np.asarray(program(table)(params, given))
    twin, _ = byhand.paint(table, params, given)
    close(twin, y, rtol=2e-4)
    return y


def check_gradients(rng, table, *, size=(6, 7)):
    """Check a tiny table, in float64: by hand = autodiff = central differences, of every leaf."""
    params, given = random_params(rng, table), random_given(rng, table, size)
    expected, found = byhand.paint(table, params, given)
    dy = rng.normal(size=expected.shape)

    def both(given, params, dy):
        y, vjp = jax.vjp(lambda g, p: graph.paint(table, p, g), given, params)
        return y, vjp(dy)

    y, automatic = quick(both)(given, params, dy)
    close(expected, y, rtol=1e-12)
    dx, dp = byhand.backward(table, params, found, {table[-1].name: dy}, tuple(given))
    assert dx.keys() == given.keys()
    assert {row: set(kinds) for row, kinds in dp.items()} == {k: set(v) for k, v in params.items()}
    trees = [(given, dx, automatic[0], {})]
    trees += [(params[row], dp[row], automatic[1][row], {"row": row}) for row in params]
    for values, by_hand, by_jax, place in trees:
        for key, value in values.items():

            def energy(value, key=key, place=place):
                mine = dict(params)
                if place:
                    mine[place["row"]] = {**params[place["row"]], key: value}
                new = given if place else {**given, key: value}
                return np.sum(dy * byhand.paint(table, mine, new)[0])

            name = f"{place.get('row', 'given')}/{key}"
            close(by_hand[key], by_jax[key], rtol=1e-9, name=name)
            check(energy, value, np.ascontiguousarray(by_hand[key]), name=name)
