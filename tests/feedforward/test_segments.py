"""Networks in segments: where they are cut, what is held, and which cannot be cut."""

import pytest

from jnst.feedforward.layers import Bilinear, Conv, Input, Norm, Pool, Transposed, Upsample
from jnst.feedforward.networks import johnson_paper, stylebank, ulyanov
from jnst.feedforward.registry import NETWORKS
from jnst.feedforward.segments import KEPT, cut


def cut_network(name):
    return cut(NETWORKS[name].table, NETWORKS[name].known)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("multistyle", 32),
        ("ghiasi", 16),
        ("adain", 64),
        ("wct", 24),
        ("johnson", 64),
        ("microast", 32),
    ],
)
def test_the_largest_map_is_one_of_the_full_size(name, count):
    assert cut_network(name).largest == count


@pytest.mark.parametrize("larger", [Upsample("y", ("x",)), Bilinear("y", ("x",))])
def test_what_is_enlarged_counts_in_its_new_size(larger):
    table = (Input("picture", 3), Conv("x", ("picture",), 16, 3, stride=2), larger)
    assert cut(table, ()).largest == 16


def test_what_is_pooled_counts_in_its_new_size_and_a_style_not_at_all():
    style = (Input("style", 3), Conv("known", ("style",), 64, 3))
    rows = (Input("picture", 3), Pool("x", ("picture",)), Conv("y", ("x",), 64, 3))
    table = (*style, *rows, Norm("z", ("y", "known", "known"), "given"))
    assert cut(table, ("known",)).largest == 16
    table = (Input("picture", 3), Conv("x", ("picture",), 4, 3, stride=2))
    table = (*table, Transposed("y", ("x",), 5, 3, stride=2))
    assert cut(table, ()).largest == 5


@pytest.mark.parametrize("name", NETWORKS)
def test_all_that_is_wanted_is_held_or_given(name):
    network, whole = NETWORKS[name], cut_network(name)
    assert whole.possible == (not name.startswith("wct"))
    held, last = {"picture"}, network.table[-1].name
    for one in whole.segments:
        assert set(one.sources) <= held
        assert (one.kept and one.stop in one.left) or one.norms
        if one.kept and one.stop != last:
            assert whole.numbers([one.stop]) <= KEPT
        held = (held | {one.stop}) & set(one.left)
    assert held == {last}
    norms = [norm for one in whole.segments for norm in one.norms]
    assert norms == [r for r in network.table if isinstance(r, Norm) and r.name in whole.places]


@pytest.mark.parametrize(
    ("table", "possible"),
    [
        (johnson_paper.table(width=0.1), False),  # mirrors the picture
        (stylebank.table(odd=True, width=0.1), False),
        (stylebank.table(styles=1, width=0.1), True),
        (ulyanov.table(width=0.1), True),
    ],
)
def test_maps_that_do_not_lie_as_the_picture_cannot_be_cut(table, possible):
    assert cut(table, ("style",)).possible == possible


# In Johnson's residual blocks three maps with 128 channels at a quarter of each side: 3 · 128 / 16.
@pytest.mark.parametrize(("name", "count"), [("johnson", 24), ("multistyle", 11), ("adain", 11)])
def test_what_is_held_at_a_time(name, count):
    assert cut_network(name).held == count
