"""What tests of the site share."""

import pytest
from helpers import OFFLINE
from helpers_page import launched


@pytest.fixture(scope="module")
def browser():
    """Return a browser that reads pages from disk alone."""
    with launched(OFFLINE) as found:
        yield found
