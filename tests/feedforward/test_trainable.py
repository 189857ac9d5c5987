"""Networks that can be trained: their tables by name, and the published numbers of parameters."""

import math

import pytest

from jnst.errors import InputError
from jnst.feedforward import parameters, trainable
from jnst.feedforward.layers import BatchNorm
from jnst.feedforward.registry import NETWORKS


def count(network, *, width=1.0, styles=1):
    design = trainable.Design(network, width, tuple(map(str, range(styles))))
    found = parameters.shapes(trainable.network(design).table).values()
    return sum(math.prod(shape) for kinds in found for shape in kinds.values())


@pytest.mark.parametrize("name", sorted(trainable.ONE_STYLE.keys() & NETWORKS.keys()))
def test_at_full_width_they_are_the_published_ones(name):
    design = trainable.Design(name, 1.0, ("one",))
    assert trainable.network(design).table == NETWORKS[name].table


def test_as_many_numbers_as_the_papers_say():
    assert count("johnson") == 1_679_235  # 1.7 million, as in torch's examples
    # Its copies' own, but for 32 + 64 + 128 + 10 · 128 + 64 + 32 biases in front of norms; and the
    # last kernel of Ulyanov's has 9 numbers instead of 81.
    assert count("johnson-paper") == 1_679_235 - 1600
    assert count("ulyanov") == 1_679_235 - 1600 - 3 * 32 * 72
    # Mean and variance of each of 32 + 64 + 128 + 10 · 128 + 64 + 32 channels.
    assert count("johnson-batch") == count("johnson-paper") + 2 * 1600
    # 9 · 8 (6 + 8) + 64 at each scale, 19 (8 i)² where i of them are joined, 3 · 48 + 3 at the end;
    # and four numbers for each channel of a norm: 24 a scale, 3 · 8 i and 8 i a join.
    numbers = 6 * (9 * 8 * 14 + 64) + sum(19 * (8 * i) ** 2 for i in range(2, 7)) + 147
    assert count("ulyanov-pyramid") == numbers + 4 * (6 * 24 + sum(32 * i for i in range(2, 7)))
    # A style has 2 numbers a channel of each norm: 2 (224 + 10 · 128 + 99) (Dumoulin: about 3000).
    assert count("multistyle", styles=2) - count("multistyle") == 2 * (224 + 1280 + 99)
    published = parameters.shapes(NETWORKS["multistyle"].table).values()
    numbers = sum(math.prod(shape) for kinds in published for shape in kinds.values())
    assert count("multistyle-mobile", styles=26) == numbers
    assert count("stylebank", styles=3) - count("stylebank", styles=2) == 2 * 9 * 256 * 256


@pytest.mark.parametrize(
    ("name", "parts"),
    [("johnson", ["norms"]), ("multistyle", ["norms"]), ("stylebank", ["bank"])],
)
def test_parts_that_can_be_trained_alone_are_those_that_there_are(name, parts):
    assert trainable.parts(trainable.Design(name, 1.0, ("one",))) == parts


def test_the_least_sides_are_those_that_can_be_mirrored():
    least = {
        name: trainable.network(trainable.Design(name, 1.0, ("one",))).least
        for name in trainable.NAMES
    }
    deep = {f"wct{level}": 2**level for level in (1, 2, 3, 4, 5)}
    padded = {"johnson-paper": 44, "johnson-batch": 44}
    others = {**padded, "ulyanov-pyramid": 64, "adain": 16, **deep}
    assert least == {**dict.fromkeys(trainable.NAMES, 8), **others}


def test_in_training_batch_norms_alone_are_others():
    for name, norms in (("johnson-batch", 15), ("ulyanov-pyramid", 43), ("johnson", 0)):
        table = trainable.network(trainable.Design(name, 0.1, ("one",))).table
        pairs = zip(table, trainable.in_training(table), strict=True)
        changed = [(one, other) for one, other in pairs if one != other]
        assert len(changed) == norms
        for one, other in changed:
            assert other == one._replace(training=True)
            assert isinstance(other, BatchNorm)


def test_a_width_multiplies_the_channels():
    table = trainable.network(trainable.Design("lengstrom", 0.5, ("one",))).table
    channels = parameters.channels(table)
    assert [channels[row] for row in ("conv1", "conv2", "conv3", "deconv2")] == [16, 32, 64, 16]


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (("vgg", 1.0, ("a",)), "unknown network 'vgg'"),
        (("johnson", 0.0, ("a",)), "width must be a number of at least 0.05"),
        (("johnson", float("nan"), ("a",)), "width must be a number of at least 0.05"),
        (("johnson", 5.0, ("a",)), "width must be at most 4"),
        (("adain", 0.5, ()), "network adain has width 1, not 0.5"),
        (("johnson", 1.0, ()), "from 1 to 1000 styles, not 0"),
        (("johnson", 1.0, ("a", "b")), "has one style, not 2; choose from multistyle"),
    ],
)
def test_a_design_of_none_is_refused(design, message):
    with pytest.raises(InputError, match=message):
        trainable.network(trainable.Design(*design))
