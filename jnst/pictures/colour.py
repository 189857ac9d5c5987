"""Keeping the content's colours: what is done to both pictures before, and to the result after.

A style is more than its palette. There are two ways to leave the palette out (Gatys, Bethge,
Hertzmann and Shechtman 2016, "Preserving Color in Neural Artistic Style Transfer",
arXiv:1606.05897; Gatys, Ecker, Bethge, Hertzmann and Shechtman, CVPR 2017): to paint the luminance
alone, or to give the style picture the content's colours before anything is painted. Pictures are
sRGB-encoded, in [0, 1], and so are the colours that are measured.

A linear map x -> A (x - μ_s) + μ_c gives the style's colours, of covariance C_s, the content's mean
and covariance C_c if A C_s Aᵀ = C_c. Many A do; there are three here.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from jnst.arrays import Image, Picture
from jnst.errors import check_choice
from jnst.pictures.resizing import OtherImage, resize

_OtherPicture = Float[np.ndarray, "1 h2 w2 3"]
_Matrix = Float[np.ndarray, "c c"]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of RGB in the Y of YIQ (ITU-R BT.601), which the paper uses.

Y is linear in the values as they are encoded, and grey is its axis: a grey picture of value Y has
the luminance Y, and adding grey changes neither I nor Q. So a target set for a grey picture is met
by the coloured one. CIE Lab is more uniform to the eye, but bends what the optimization matched.
"""

ROUNDING = 1 / (12 * 255**2)
"""The variance of rounding to 8 bit. It is added to all variances, of both pictures.

So no covariance is singular, grey and blank pictures need no special case, and a direction in which
the style has next to no colours is not blown up to the content's. The result's covariance is off by
ROUNDING (1 - A Aᵀ). Gatys's NeuralImageSynthesis adds 1e-5, eight times as much.
"""


class Method(NamedTuple):
    """Colour method: a step before, on (content, style), and one after, on (result, content)."""

    before: Callable[[Picture, _OtherPicture], tuple[Picture, _OtherPicture]]
    after: Callable[[Picture, _OtherPicture], Picture]


def before(kind: str, content: Image, style: OtherImage) -> tuple[Picture, _OtherPicture]:
    """Return the content and the style picture that the optimization is given, of the same sizes.

    `kind` is one of `METHODS`. Raises `InputError` for any other.
    """
    content, style = np.asarray(content, np.float32), np.asarray(style, np.float32)
    return _method(kind).before(content, style)


def after(kind: str, picture: Image, content: OtherImage) -> Picture:
    """Return the finished picture, given what came of the optimization and the content as it was.

    The content may have any size; it is resized to `picture`'s. `kind` is one of `METHODS`. Raises
    `InputError` for any other.
    """
    picture, content = np.asarray(picture, np.float32), np.asarray(content, np.float32)
    return _method(kind).after(picture, content)


def cholesky(C_s: _Matrix, C_c: _Matrix) -> _Matrix:
    """Compute A = L_c L_s⁻¹, where C = L Lᵀ and L is lower triangular.

    It depends on the order of the channels: red is made of red alone, blue of all three.
    """
    return np.linalg.cholesky(C_c) @ np.linalg.inv(np.linalg.cholesky(C_s))


def pca(C_s: _Matrix, C_c: _Matrix) -> _Matrix:
    """Compute A = C_c^½ C_s^-½ with symmetric roots, the paper's 'Image Analogies' transfer."""
    return _power(C_c, 0.5) @ _power(C_s, -0.5)


def monge_kantorovich(C_s: _Matrix, C_c: _Matrix) -> _Matrix:
    """Compute A = C_s^-½ (C_s^½ C_c C_s^½)^½ C_s^-½ (Pitié and Kokaram 2007).

    Of all A it changes the colours least, in the mean of squares; and it alone is symmetric and
    positive definite, so that it turns no difference between colours round.
    """
    root, inverse = _power(C_s, 0.5), _power(C_s, -0.5)
    return inverse @ _power(root @ C_c @ root, 0.5) @ inverse


def _power(C: _Matrix, exponent: float) -> _Matrix:
    values, V = np.linalg.eigh(C)
    return (V * values**exponent) @ V.T


def _moments(values: Float[np.ndarray, "1 h w c"]) -> tuple[Float[np.ndarray, " c"], _Matrix]:
    """Return the mean and the covariance over positions, in float64, `ROUNDING` added."""
    x = values.reshape(-1, values.shape[-1]).astype(np.float64)  # (M, c)
    μ = x.mean(axis=0)
    x -= μ
    return μ, x.T @ x / len(x) + ROUNDING * np.eye(x.shape[1])


def _match(
    linear: Callable[[_Matrix, _Matrix], _Matrix],
    content: Float[np.ndarray, "1 h w c"],
    style: Float[np.ndarray, "1 h2 w2 c"],
) -> Float[np.ndarray, "1 h2 w2 c"]:
    """Return A (x - μ_s) + μ_c for every colour x of the style, clipped."""
    μ_c, C_c = _moments(content)
    μ_s, C_s = _moments(style)
    return ((style - μ_s) @ linear(C_s, C_c).T + μ_c).clip(0, 1).astype(np.float32)


def _match_histograms(content: Picture, style: _OtherPicture) -> _OtherPicture:
    """Return the style with each channel's values, in their order, replaced by the content's."""
    from skimage.exposure import match_histograms  # here: it takes half a second

    return match_histograms(style[0], content[0], channel_axis=-1)[None]


def _recoloured(match: Callable[[Picture, _OtherPicture], _OtherPicture]) -> Method:
    """Make a method of how the style gets the content's colours; the result then has them."""
    return Method(
        before=lambda content, style: (content, match(content, style)),
        after=lambda picture, content: picture,
    )


def _luminance(image: Picture) -> Float[np.ndarray, "1 h w 1"]:
    return (image @ LUMA)[..., None]


def _grey(content: Picture, style: _OtherPicture) -> tuple[Picture, _OtherPicture]:
    """Return both luminances as grey RGB, the style's with the content's mean and deviation.

    L_s' = σ_c / σ_s (L_s - μ_s) + μ_c, clipped: what every linear map is in one dimension.
    """
    L_c = _luminance(content)
    L_s = _match(cholesky, L_c, _luminance(style))
    return np.repeat(L_c, 3, axis=-1), np.repeat(L_s, 3, axis=-1)


def _coloured(picture: Picture, content: _OtherPicture) -> Picture:
    """Return the result's luminance with the content's colour, its I and Q.

    Departure from the paper: a colour that RGB cannot show gives up saturation until it can, and
    keeps its luminance and hue. Clipping each channel alone would change all three.
    """
    content = resize(content, *picture.shape[1:3])
    L = _luminance(picture).clip(0, 1)
    colour = content - _luminance(content)  # the same I and Q, no luminance
    room = np.where(colour > 0, 1 - L, L)
    share = room / np.maximum(np.abs(colour), np.finfo(np.float32).tiny)
    return (L + share.min(axis=-1, keepdims=True).clip(max=1) * colour).clip(0, 1)


METHODS = {
    "luminance": Method(_grey, _coloured),
    "cholesky": _recoloured(functools.partial(_match, cholesky)),
    "pca": _recoloured(functools.partial(_match, pca)),
    "monge-kantorovich": _recoloured(functools.partial(_match, monge_kantorovich)),
    "histogram": _recoloured(_match_histograms),
}
"""Methods of keeping the content's colours: `luminance` paints grey and colours it afterwards; the
others give the style picture the content's colours, by a linear map or channel by channel."""


def _method(kind: str) -> Method:
    return METHODS[check_choice("way to keep colours", kind, METHODS)]
