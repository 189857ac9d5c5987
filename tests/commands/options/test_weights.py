import pytest
from refusals import check_says

from jnst.commands.options import weights


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ""),
        ("list", ""),
        ("get vgg16", ""),
        ("get", "NAME is missing: jnst weights get NAME"),
        ("get resnet5", "unknown network 'resnet5' (did you mean resnet50?); choose from"),
        ("gett vgg16", "unknown order of weights 'gett' (did you mean get?); choose from list"),
        ("export", "NETWORK is missing: jnst weights export NETWORK"),
        ("convert a.pth --backbon vgg16", "unknown option --backbon; did you mean --backbone?"),
    ],
)
def test_orders_and_networks_that_there_are(text, says):
    check_says(weights, text, says)
