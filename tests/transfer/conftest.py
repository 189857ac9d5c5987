"""The pair of pictures that runs of this folder begin with."""

import PIL.Image
import pytest

from jnst.pictures import samples


@pytest.fixture(scope="module")
def pair():
    """Return a piece of the sample photograph, as an array, and the sample painting, opened."""
    with PIL.Image.open(samples.STYLE) as style:
        yield samples.content()[:200, :300], style
