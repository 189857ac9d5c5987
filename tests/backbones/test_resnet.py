"""ResNet50's table: its groups, its shortcuts, and which convolution halves the map."""

from jnst.backbones import graph, resnet

KERAS, TORCH = resnet.table(), resnet.table(torchvision=True)


def test_maps_of_each_group_have_the_size_and_the_channels_of_the_papers_table_1():
    channels = {layer.name: layer.channels for layer in KERAS}
    for table in (KERAS, TORCH):
        sizes = graph.sizes(table, 224, 224)
        for group, count in enumerate(resnet.BLOCKS):
            last = f"conv{group + 2}_block{count}_out"
            assert sizes[last] == (56 >> group, 56 >> group), last
            assert channels[last] == 256 << group, last


def test_the_first_block_of_a_group_alone_widens_its_shortcut():
    widened = [layer.name for layer in KERAS if layer.name.endswith("_0_bn")]
    assert widened == [f"conv{group}_block1_0_bn" for group in (2, 3, 4, 5)]


def test_keras_halves_in_the_first_convolution_and_torchvision_in_the_second():
    for table, halving in ((KERAS, "1"), (TORCH, "2")):
        strides = {layer.name: layer.stride for layer in table}
        for number in "123":
            expected = 2 if number == halving else 1
            assert strides[f"conv3_block1_{number}_bn"] == expected
            assert strides[f"conv3_block2_{number}_bn"] == 1
            assert strides[f"conv2_block1_{number}_bn"] == 1, "the pooling has halved already"
