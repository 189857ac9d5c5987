"""SqueezeNet 1.1's table: its blocks, and what its poolings do at the edge."""

from jnst.backbones import graph, squeezenet

TABLE = squeezenet.table()


def test_a_block_narrows_and_puts_two_halves_side_by_side():
    layers = {layer.name: layer for layer in TABLE}
    for number, (narrow, wide) in enumerate(squeezenet.FIRES, start=2):
        stem = f"fire{number}"
        assert layers[f"{stem}/squeeze1x1"].channels == narrow
        both = layers[f"{stem}/concat"]
        assert both.inputs == (f"{stem}/relu_expand1x1", f"{stem}/relu_expand3x3")
        assert both.channels == 2 * wide
        for half in both.inputs:
            assert layers[layers[half].inputs[0]].inputs == (f"{stem}/relu_squeeze1x1",)


def test_poolings_drop_what_is_left_over_and_torchvisions_do_not():
    torch = squeezenet.table(torchvision=True)
    for side, ours, theirs in ((35, 8, 8), (37, 8, 9)):
        assert graph.sizes(TABLE, side, side)["pool1"] == (ours, ours)
        assert graph.sizes(torch, side, side)["pool1"] == (theirs, theirs)
    pools = [layer.name for layer in TABLE if layer.op == "max"]
    assert pools == ["pool1", "pool3", "pool5"]
