"""Settings in messages, as they are typed."""

import pytest

from jnst.commands.described import described
from jnst.commands.options.stylize import Options
from jnst.commands.typed import as_typed

HAS = described(Options)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        (
            "quality instant paints in one pass, to which content_weight means nothing; leave",
            "--quality instant paints in one pass, to which --content-weight means nothing; leave",
        ),
        ("photo_size must be at least size, 9", "photo_size must be at least --size, 9"),
        ("size must be a whole number", "--size must be a whole number"),
        ("steps[1] must be at most 9", "--steps must be at most 9"),
        ("steps needs at least one number", "--steps needs at least one number"),
        ("blend has 2 numbers, but there is", "--blend has 2 numbers, but there is"),
        ("x needs style_number, from 0 to 7", "x needs --style-number, from 0 to 7"),
        ("one device; leave out tile, or devices", "one device; leave out --tile, or --devices"),
        (
            "nothing to blend it with; leave out blend",
            "nothing to blend it with; leave out --blend",
        ),
        ("can be used: take size 300", "can be used: take --size 300"),
        ("engine byhand cannot do tile 32; leave", "--engine byhand cannot do --tile 32; leave"),
        ("style_number and blend are for", "--style-number and --blend are for"),
        # What is no name of a setting there.
        ("cannot read 'style_size.png'", "cannot read 'style_size.png'"),
        ("cannot read 'my style_size.png'", "cannot read 'my style_size.png'"),
        ("weights adain.h5 not found in", "weights adain.h5 not found in"),
        ("take a larger picture or size", "take a larger picture or size"),
        ("method ghiasi needs at least 8 x 8", "method ghiasi needs at least 8 x 8"),
        (
            "there must be a column style, style_number",
            "there must be a column style, style_number",
        ),
        ("the checkpoint has seed 0, not 1", "the checkpoint has seed 0, not 1"),
        ("content must be a picture", "content must be a picture"),
        ("--size must be a whole number", "--size must be a whole number"),
    ],
)
def test_settings_are_shown_as_options(said, typed):
    assert as_typed(said, HAS) == typed
