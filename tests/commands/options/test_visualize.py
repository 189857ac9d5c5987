import pytest
from refusals import check_says

from jnst.commands.options import visualize


@pytest.mark.parametrize(
    ("text", "says"),
    [("--layer relu1_1", ""), ("--list layers", ""), ("", "give a layer; --list layers lists")],
)
def test_a_layer_is_needed(text, says):
    check_says(visualize, text, says)
