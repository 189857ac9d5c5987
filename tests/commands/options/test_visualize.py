import pytest
from refusals import check_says

from jnst.commands.options import visualize


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("--layer relu1_1", ""),
        ("--list layers", ""),
        ("", "give a layer; --list layers lists"),
        ("--layer relu1_1 --steps 0", "steps must be a number of at least 1, not 0"),
        ("--layer relu1_1 -o x.gif", "cannot write 'x.gif': unknown suffix '.gif'"),
        ("--layer relu1_1 --channel 3 3", "channel has a number twice: 3 3"),
    ],
)
def test_a_layer_is_needed(text, says):
    check_says(visualize, text, says)
