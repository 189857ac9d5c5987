"""Layers made from those that they read."""

from jnst.backbones.layers import (
    INPUT,
    PICTURE,
    Layer,
    add,
    apply,
    concat,
    conv,
    depthwise,
    pool,
    scale,
)


def test_names_and_channels_come_along():
    first = conv(PICTURE, "c", 8, 3, stride=2, frame="valid")
    assert first == Layer("c", "conv", (INPUT,), 8, (3, 3), 2, "valid", ("c",))
    assert conv(first, "d", 4, (1, 7), reads=("k", "n")).reads == ("k", "n")
    assert conv(first, "d", 4, (1, 7)).size == (1, 7)
    wide = depthwise(first, "w", stride=2, frame=1, reads=("k", "n"))
    assert wide == Layer("w", "depthwise", ("c",), 8, (3, 3), 2, 1, ("k", "n"))
    assert scale(first, "s") == Layer("s", "scale", ("c",), 8, reads=("s",))
    assert apply("relu6", first, "r") == Layer("r", "relu6", ("c",), 8)
    assert pool("avg", first, "p", 2, stride=2) == Layer("p", "avg", ("c",), 8, (2, 2), 2, "valid")


def test_sums_keep_channels_and_concatenations_add_them_up():
    one, two = (conv(PICTURE, name, channels) for name, channels in (("a", 5), ("b", 7)))
    assert add(one, one, "s") == Layer("s", "add", ("a", "a"), 5)
    assert concat([two, one], "z") == Layer("z", "concat", ("b", "a"), 12)
