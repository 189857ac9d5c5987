"""Pictures that are too small for the layers that look at them."""

import pytest

from jnst.errors import InputError
from jnst.transfer.settings import Settings
from jnst.transfer.sizes import check_sizes


@pytest.mark.parametrize(
    ("content", "style", "changes", "says"),
    [
        ((48, 64), (40, 40), {}, None),
        ((48, 64), (40, 40), {"size": 22}, None),  # 16 x 22, and the style 22 x 22
        ((48, 64), (40, 40), {"size": 20}, "size 20 is too small: the content picture is 20 x 15"),
        ((48, 64), (40, 40), {"size": 20, "square": True}, None),
        ((48, 64), (40, 40), {"size": 20, "canvas": 16}, None),
        ((14, 64), (40, 40), {}, "the content picture is 64 x 14 pixels, but relu5_1 needs at"),
        ((14, 64), (40, 40), {"size": 80, "upscale": True}, None),  # 18 x 80
        ((48, 64), (15, 40), {}, "the style picture is 40 x 15 pixels"),
        ((48, 64), (40, 40), {"style_size": 15}, "size 15 is too small: the style picture is 15"),
        ((48, 64), (8, 8), {"style_layers": ("relu3_1",)}, None),
        ((7, 8), (8, 8), {"style_layers": ("relu3_1",)}, "the content picture is 8 x 7 pixels"),
    ],
)
def test_pictures_too_small_for_the_layers_are_refused_before_they_are_resized(
    content, style, changes, says
):
    settings = Settings(**changes)
    if says is None:
        check_sizes(settings, content, [style])
    else:
        with pytest.raises(InputError, match=says):
            check_sizes(settings, content, [style])
