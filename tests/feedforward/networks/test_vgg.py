"""The encoder of AdaIN and WCT, and the decoders that mirror it."""

from jnst.feedforward.layers import Conv, Input, Pool, Upsample
from jnst.feedforward.networks import vgg
from jnst.feedforward.parameters import channels

PICTURE = Input("picture", 3)


def test_an_encoder_ends_at_the_first_convolution_of_its_level():
    rows = vgg.encoder(PICTURE, "a/", 3, shared="b/")
    convolutions = [row for row in rows if isinstance(row, Conv)]
    names = ["units", "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1"]
    assert [row.name for row in convolutions] == [f"a/{name}" for name in names]
    assert [row.shared for row in convolutions] == [f"b/{name}" for name in names]
    assert [row.channels for row in convolutions] == [3, 64, 64, 128, 128, 256]
    assert sum(isinstance(row, Pool) for row in rows) == 2
    assert rows[-1].name == "a/conv3_1/relu"


def test_a_decoder_undoes_its_encoder():
    for level in range(1, 6):
        rows = (PICTURE, *vgg.encoder(PICTURE, "", level, shared=""))
        there = channels((*rows, *vgg.decoder(rows[-1], "d/", level)))
        back = vgg.decoder(rows[-1], "d/", level, last="relu")
        for row in back:
            if isinstance(row, Conv):  # makes what the encoder's convolution reads
                undone = next(one for one in rows if one.name == row.name.removeprefix("d/"))
                reads = 3 if row.name == "d/conv1_1" else there[undone.inputs[0]]
                assert row.channels == reads
        assert sum(isinstance(row, Upsample) for row in back) == level - 1
        assert back[-1].name == "d/conv1_1/relu"
