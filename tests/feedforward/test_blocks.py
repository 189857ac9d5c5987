"""Groups of rows."""

from jnst.feedforward import blocks
from jnst.feedforward.layers import Input

PICTURE = Input("picture", 3)


def test_nothing_rectifies_behind_a_residual_block():
    rows = blocks.residual(PICTURE, "block", "a", "b", 3, blocks.own_norm)
    assert [row.op for row in rows] == ["conv", "norm", "activation", "conv", "norm", "add"]
    assert rows[-1].inputs == ("picture", "b/norm")
    assert {row.padding for row in rows if row.op == "conv"} == {"reflect"}


def test_rows_follow_each_other():
    rows = blocks.normed(blocks.reflecting(PICTURE, "a", 4, 9, stride=2), blocks.own_norm)
    assert [row.name for row in rows] == ["a", "a/norm", "a/norm/relu"]
    assert [row.inputs for row in rows] == [("picture",), ("a",), ("a/norm",)]
    assert (rows[0].stride, rows[0].frame, rows[0].bias) == (2, 4, True)
    assert blocks.upsampled(rows[-1]).factor == 2
