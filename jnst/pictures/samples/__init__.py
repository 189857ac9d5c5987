"""The built-in pair: a photograph from scikit-image's wheel, a painting made by the project."""

from pathlib import Path

import skimage.data

CONTENT = "chelsea"
"""The photograph's name in scikit-image."""
STYLE = Path(__file__).with_name("style.jpg")
"""A painting that `scripts/make_samples.py` made."""


def content():
    """Return the photograph, uint8 (h, w, 3). It ships with scikit-image: nothing is fetched."""
    return getattr(skimage.data, CONTENT)()
