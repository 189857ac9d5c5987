"""Settings of one pass: what means nothing to a method is refused, and says so."""

import pytest

from jnst.errors import InputError
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"method": "ghiasi", "steps": (5,)}, "method ghiasi paints in one pass, to which steps"),
        ({"method": "ghiasi", "content_weight": 1.0}, "to which content_weight means nothing"),
        ({"method": "ghiasi", "style_size": 64}, "to which style_size means nothing"),
        (
            {"method": "wct", "tile": 512},
            "cannot paint in tiles, for its whitening needs whole maps",
        ),
        ({"method": "adain", "strength": 1.5}, "strength must be at most 1, not 1.5"),
        ({"method": "adain", "strength": -1.0}, "strength must be a number of at least 0"),
        ({"strength": 0.5}, "strength is for method ghiasi or .* or trained, not for pixels"),
        (
            {"method": "trained", "steps": (5,)},
            "^a trained network paints in one pass, to which steps means nothing",
        ),
        (
            {"style_number": (3,)},
            "style_number is for method multistyle or trained, not",
        ),
        ({"method": "trained", "strength": 2.0}, "strength must be at most 1, not 2"),
        ({"method": "multistyle"}, "multistyle needs style_number, from 0 to 25"),
        ({"method": "multistyle", "style_number": (26,)}, "must be from 0 to 25, not 26"),
        ({"method": "multistyle", "style_number": (-1,)}, "must be from 0 to 25, not -1"),
        ({"method": "multistyle", "style_number": ("monet",)}, "unknown style_number 'monet'"),
        ({"method": "multistyle", "style_number": (True,)}, "must be from 0 to 25, not True"),
        (
            {"method": "multistyle", "style_number": (1, 2), "blend": (1.0,)},
            "blend has 1 number, but there are 2 styles in style_number",
        ),
        (
            {"method": "multistyle", "style_number": (1,), "colour": "pca"},
            "colour pca recolours the painting, and method multistyle has none; take luminance",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(settings, says):
    with pytest.raises(InputError, match=says):
        check(Settings(**settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "adain", "strength": 0.5, "style_size": 99, "blend": (1.0, 2.0), "seed": 3},
        {"method": "multistyle", "style_number": (0, 25), "blend": (1.0, 2.0)},
        {"method": "trained", "colour": "luminance", "canvas": 64, "engine": "byhand"},
        {"method": "trained", "colour": "pca", "strength": 0.5, "style_size": 64},
        {"method": "ghiasi", "tile": 512, "precision": "bfloat16"},
    ],
)
def test_what_means_something_is_not(settings):
    check(Settings(**settings))
