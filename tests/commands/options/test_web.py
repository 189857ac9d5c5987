import pytest
from refusals import check_says

from jnst.commands.options import web


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("--port 0", ""),
        ("--port -1", "port must be a number of at least 0, not -1"),
        ("--port 65536", "port must be at most 65535, not 65536"),
        ("--port x", "--port must be a whole number, not 'x'"),
    ],
)
def test_ports_that_there_are(text, says):
    check_says(web, text, says)
