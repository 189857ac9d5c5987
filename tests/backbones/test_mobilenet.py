"""MobileNetV2's table: its groups, its sums, and how halving convolutions are framed."""

from jnst.backbones import graph, mobilenet

TABLE = mobilenet.table()


def test_groups_are_those_of_the_papers_table_2():
    projected = [layer for layer in TABLE if layer.name.endswith("_project_BN")]
    expected = [channels for channels, count, _ in mobilenet.GROUPS for _ in range(count)]
    assert [layer.channels for layer in projected] == expected
    sizes = graph.sizes(TABLE, 224, 224)
    assert sizes["out_relu"] == (7, 7)
    assert sizes["block_6_expand_relu"] == (28, 28)


def test_blocks_widen_six_times_but_for_the_first():
    channels = {layer.name: layer.channels for layer in TABLE}
    assert channels["expanded_conv_depthwise_BN"] == 32
    assert channels["block_1_expand_BN"] == 6 * 16
    assert channels["block_16_expand_BN"] == 6 * 160
    assert "expanded_conv_expand_BN" not in channels


def test_a_block_that_keeps_its_shape_is_added_to_its_input():
    added = {layer.name.removesuffix("_add") for layer in TABLE if layer.op == "add"}
    assert added == {f"block_{number}" for number in (2, 4, 5, 7, 8, 9, 11, 12, 14, 15)}


def test_torchvision_frames_on_both_sides():
    for ours, theirs in zip(TABLE, mobilenet.table(torchvision=True), strict=True):
        framed = (ours.op == "conv" and ours.size == (3, 3)) or ours.op == "depthwise"
        assert theirs == (ours._replace(frame=1) if framed else ours)
