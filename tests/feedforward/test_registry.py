"""The networks by name: what is said of each is so."""

import numpy as np
import pytest

from jnst.feedforward.graph import needed
from jnst.feedforward.layers import Bilinear, Conv, Input, Pool, Transposed, Upsample
from jnst.feedforward.registry import NETWORKS, ONE_STYLE, recognize


def halvings(table):
    """Return by how much the smallest map is smaller than the picture."""
    scale = {}
    for row in table:
        known = scale[row.inputs[0]] if row.inputs else 1
        if isinstance(row, Conv):
            known *= row.stride
        elif isinstance(row, Pool):
            known *= 2
        elif isinstance(row, Transposed):
            known /= row.stride
        elif isinstance(row, Upsample):
            known /= row.factor
        elif isinstance(row, Bilinear):
            known /= 2
        scale[row.name] = known
    kept = [row.name for row in needed(table, [table[-1].name], [])]
    return max(scale[name] for name in kept), scale[table[-1].name]


@pytest.mark.parametrize("name", NETWORKS)
def test_sides_are_halved_as_often_as_is_said_and_doubled_again(name):
    network = NETWORKS[name]
    # Ghiasi's predictor halves its own picture, of one size.
    table = [row for row in network.table if not row.name.startswith("MobilenetV2")]
    table = [row._replace(inputs=()) if row.name in ("mean", "vector") else row for row in table]
    smallest, last = halvings(tuple(table) if name == "ghiasi" else network.table)
    assert (smallest, last) == (network.multiple, 1)
    assert network.least == 2 * network.multiple


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_known_of_a_style_is_all_that_is_needed_of_it(name):
    network = NETWORKS[name]
    rows = needed(network.table, [network.table[-1].name], network.known)
    given = {row.name for row in rows if isinstance(row, Input)}
    own = {"style"} if name == "multistyle" else set()
    assert given == {"picture"} | own | ({"strength"} if network.mixed else set())


def test_networks_are_recognized_by_a_tensor():
    nothing = np.zeros(1)
    for name, network in NETWORKS.items():
        assert recognize({"other": nothing, network.sign: nothing}, NETWORKS) == name
    assert recognize({"other": nothing}, NETWORKS) is None
    assert recognize({NETWORKS["wct"].sign: nothing}, ONE_STYLE) is None


def test_strengths_and_the_size_of_a_style_are_the_published_ones():
    strengths = {name: network.strength for name, network in NETWORKS.items()}
    assert strengths == {name: 0.6 if "wct" in name else 1 for name in NETWORKS}
    sides = {name: network.side for name, network in NETWORKS.items() if network.side is not None}
    assert sides == {"ghiasi": 256}
