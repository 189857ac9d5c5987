"""DenseNet121's table: what each block adds, and what is halved between blocks."""

from jnst.backbones import densenet, graph

TABLE = densenet.table()
CHANNELS = {layer.name: layer.channels for layer in TABLE}


def test_each_layer_of_a_block_adds_the_growth_to_its_input():
    inputs = {layer.name: layer.inputs for layer in TABLE}
    assert inputs["conv2_block1_concat"] == ("pool1", "conv2_block1_2_conv")
    assert CHANNELS["conv2_block1_concat"] == 64 + densenet.GROWTH
    for group, count in enumerate(densenet.BLOCKS, start=2):
        first, last = (CHANNELS[f"conv{group}_block{index}_concat"] for index in (1, count))
        assert last - first == (count - 1) * densenet.GROWTH, group


def test_between_blocks_channels_and_maps_are_halved():
    assert [CHANNELS[f"pool{group}_conv"] for group in (2, 3, 4)] == [128, 256, 512]
    sizes = graph.sizes(TABLE, 224, 224)
    assert [sizes[f"pool{group}_pool"] for group in (2, 3, 4)] == [(28, 28), (14, 14), (7, 7)]
    assert CHANNELS["relu"] == 1024
    assert TABLE[-1].name == "relu"
