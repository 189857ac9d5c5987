"""A pass in tiles is the pass as a whole, but for rounding."""

import numpy as np
import pytest
from painters import random_params
from programs import quick

import jnst
from jnst.feedforward import graph, noise, parameters
from jnst.feedforward.blocks import activated, batch_norm, normed, own_norm, reflecting, residual
from jnst.feedforward.layers import (
    Average,
    Bank,
    Bilinear,
    CoMatch,
    Concatenate,
    Conv,
    Input,
    Mix,
    Norm,
    Pool,
    Transposed,
)
from jnst.feedforward.registry import NETWORKS, Network
from jnst.transfer.onepass import tiles

RNG = np.random.default_rng(0)
PICTURE = RNG.uniform(size=(61, 95, 3)).astype(np.float32)


def styled(conv):
    return [Norm(f"{conv.name}/norm", (conv.name, "style"), "styles")]


def every_kind():
    """Return a small network with rows of all kinds, and a border of each kind."""
    rows = [Input("style", 2), Input("deviation", 4), Input("mean", 4), Input("strength", 1)]
    rows += [Input("gram", 4), Input("picture", 3)]
    rows += normed(reflecting(rows[-1], "a", 4, 5), styled)
    rows += [Pool("b", (rows[-1].name,)), Conv("c", ("b",), 4, 3, 2)]
    rows += [Input("noise", 2, 4), Average("small", ("picture",), 4)]
    rows += [Concatenate("noisy", ("c", "small", "noise")), Conv("n", ("noisy",), 4, 3)]
    rows += batch_norm(rows[-1])
    rows += [activated(rows[-1], kind="relu6")]
    rows += residual(rows[-1], "d", "d1", "d2", 4, own_norm)
    rows += [Bank("bank", ("d", "style"), 4, 3), CoMatch("match", ("bank", "gram"))]
    rows += [Norm("free", ("match",), "none")]
    rows += [Norm("e", ("free", "deviation", "mean"), "given", unbiased=True)]
    rows += [Mix("f", ("free", "e", "strength")), Transposed("g", ("f",), 20, 3, 2)]
    rows += own_norm(rows[-1])
    rows += [Bilinear("h", (rows[-1].name,)), Conv("y", ("h",), 3, 3, padding="edge")]
    return Network(tuple(rows), 4, "", None)


def check(network, shape, size, atol):
    """Paint with random weights as a whole and in tiles, in float64."""
    table, known = network.table, network.known
    params, channels = random_params(RNG, table), parameters.channels(table)
    rows = graph.needed(table, (table[-1].name,), known)
    names = [*(row.name for row in rows if isinstance(row, Input)), *known]
    given = {name: RNG.uniform(size=(1, 1, 1, channels[name])) for name in names}
    if "gram" in given:
        given["gram"] = RNG.uniform(size=(1, 1, channels["gram"], channels["gram"]))
    given |= noise.draw(table, RNG, shape) | {"picture": RNG.uniform(size=(1, *shape, 3))}
    whole = quick(lambda params, given: graph.paint(table, params, given))(params, given)
    found = tiles.paint(network, params, given, size=size)
    np.testing.assert_allclose(found, whole, rtol=0, atol=atol)


@pytest.mark.usefixtures("in_float64")
def test_rows_of_all_kinds():
    check(every_kind(), (44, 60), 24, 1e-9)


@pytest.mark.slow
@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("name", ["ghiasi", "microast"])
def test_networks(name):
    """The narrow ones: with the others' channels it takes minutes, and their rows are above."""
    check(NETWORKS[name], (88, 96), 56, 1e-7)


@pytest.mark.slow
def test_pictures():
    """With weights that come along, at odd sides, in both precisions."""

    def paint(**options):
        return jnst.stylize(PICTURE, method="multistyle", style_number=(7,), **options).array

    whole = paint()
    np.testing.assert_allclose(paint(tile=48), whole, rtol=0, atol=1e-5)
    for tile in ("off", 48):
        apart = np.abs(paint(tile=tile, precision="bfloat16") - whole)
        assert 1e-3 < apart.max() < 0.3
        assert apart.mean() < 0.01
