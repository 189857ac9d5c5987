"""InceptionV3's table: its blocks, its numbers, and what torchvision's takes means of."""

from jnst.backbones import graph, inception

TABLE = inception.table()


def test_maps_of_each_block_have_the_size_and_the_channels_of_kerass():
    channels = {layer.name: layer.channels for layer in TABLE}
    mixed = [channels[f"mixed{block}"] for block in range(11)]
    assert mixed == [256, 288, 288, 768, 768, 768, 768, 768, 1280, 2048, 2048]
    sizes = graph.sizes(TABLE, 299, 299)
    sides = [sizes[f"mixed{block}"][0] for block in range(11)]
    assert sides == [35] * 3 + [17] * 5 + [8] * 3


def test_convolutions_are_numbered_in_order_the_first_one_with_no_number():
    convolutions = [layer for layer in TABLE if layer.op == "conv"]
    assert len(convolutions) == 94
    for number, layer in enumerate(convolutions):
        ending = f"_{number}" if number else ""
        assert layer.reads == (f"conv2d{ending}", f"batch_normalization{ending}")


def test_torchvision_counts_the_zeros_around_a_picture_in_means_and_nothing_else_differs():
    for ours, theirs in zip(TABLE, inception.table(torchvision=True), strict=True):
        op = "framed avg" if ours.op == "avg" else ours.op
        assert theirs == ours._replace(op=op)
    assert sum(layer.op == "avg" for layer in TABLE) == 9


def test_rows_and_columns_of_the_first_flat_kernels():
    """As in Keras: by the row first on the shorter way, by the column on the longer one."""
    sizes = [layer.size for layer in TABLE if layer.op == "conv"]
    row, column, point = (1, 7), (7, 1), (1, 1)
    assert sizes[30:40] == [
        *(point, point, row, column),
        *(point, column, row, column, row),
        point,
    ]
