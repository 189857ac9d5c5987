"""The primitives of the networks."""

from jnst.backbones import nn


def test_frames_on_paper():
    """What lies before and after a side of 7, for windows of 3 every 2 steps."""
    frames = {"valid": (0, 0), "same": (1, 1), "ceil": (0, 0), 1: (1, 1), 0: (0, 0)}
    for frame, expected in frames.items():
        assert nn.margins(7, 3, 2, frame) == expected
    assert nn.margins(8, 3, 2, "same") == (0, 1)
    assert nn.margins(8, 3, 2, "ceil") == (0, 1)
    assert nn.margins(2, 3, 2, "ceil") == (0, 1)
