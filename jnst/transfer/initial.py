"""The picture that an optimization starts from. NumPy arrays in and out, values in [0, 1]."""

import numpy as np

from jnst.arrays import Image, Picture
from jnst.errors import check_at_least, check_choice
from jnst.pictures import resizing

IMAGENET_MEAN = (123.68, 116.779, 103.939)
"""Mean colour of the pictures that VGG was trained on: red, green, blue, on the scale to 255."""


def initial(
    kind: str, content: Image, style: resizing.OtherImage, *, noise: float = 0.0, seed: int
) -> Picture:
    """Return the picture an optimization starts from, as large as `content`, float32.

    Args:
        kind: a name in `INITIAL`.
        content: the content picture.
        style: the (first) style picture.
        noise: standard deviation of the white Gaussian noise that is added; a mixture, as some
            courses start from, is `content` with a noise of about 0.2.
        seed: decides all noise.

    Raises:
        InputError: for any other `kind`, or noise below 0.

    """
    check_at_least("initial noise", noise, 0.0)
    rng = np.random.default_rng(seed)
    start = INITIAL[check_choice("initial picture", kind, INITIAL)](content, style, rng)
    if noise > 0:
        start = start + noise * rng.standard_normal(start.shape, np.float32)
    return np.asarray(start, np.float32).clip(0, 1)


def _content(content: Image, style: resizing.OtherImage, rng: np.random.Generator) -> Picture:
    return np.array(content, np.float32)


def _style(content: Image, style: resizing.OtherImage, rng: np.random.Generator) -> Picture:
    """Return the middle of the style picture, in the content's size."""
    return np.array(resizing.cover(style, *content.shape[1:3]), np.float32)


def _grey(content: Image, style: resizing.OtherImage, rng: np.random.Generator) -> Picture:
    """Return the mean colour of ImageNet everywhere: what VGG sees as nothing at all."""
    return np.broadcast_to(np.array(IMAGENET_MEAN, np.float32) / 255, content.shape)


def _noise(content: Image, style: resizing.OtherImage, rng: np.random.Generator) -> Picture:
    """Return white noise about mid-grey, with a standard deviation of one 8-bit level.

    Gatys et al. (2016) start from white noise; the noise in their published code is as faint as
    this (standard normal, on a scale of 255, about the mean colour of ImageNet).
    """
    return 0.5 + rng.standard_normal(content.shape, np.float32) / 255


def _style_statistics(
    content: Image, style: resizing.OtherImage, rng: np.random.Generator
) -> Picture:
    """Return white noise with each channel's mean and standard deviation in the style picture.

    As `style_stats` in style-transfer-pytorch.
    """
    mean, deviation = np.mean(style, axis=(0, 1, 2)), np.std(style, axis=(0, 1, 2))
    return mean + deviation * rng.standard_normal(content.shape, np.float32)


INITIAL = {
    "content": _content,
    "style": _style,
    "grey": _grey,
    "noise": _noise,
    "style-statistics": _style_statistics,
}
"""Initial pictures by name: function of (content, style, random generator)."""
INSTANT = "instant"
"""The name of one that a network paints first, `jnst.transfer.onepass.method.instant`."""
