"""Bilinear warping with its derivatives. See `jnst.video.warp`.

At each pixel p the picture is read between four of its pixels, whose shares are products of
distances in row and column. With q = p + f(p), a = q - ⌊q⌋ and I_jk the pixel j rows below and k
columns right of ⌊q⌋:

    W = (1-a_y)(1-a_x) I_00 + (1-a_y) a_x I_01 + a_y (1-a_x) I_10 + a_y a_x I_11
    ∂W/∂I_jk = its share                               (a scatter of the gradient)
    ∂W/∂f_x  = (1-a_y)(I_01 - I_00) + a_y (I_11 - I_10),   0 where q was brought back to the border
    ∂W/∂f_y  = (1-a_x)(I_10 - I_00) + a_x (I_11 - I_01)
"""

from typing import NamedTuple

import numpy as np


class _Places(NamedTuple):
    """Rows and columns of the four pixels, their shares, and where the flow is inside."""

    rows: tuple[np.ndarray, np.ndarray]
    columns: tuple[np.ndarray, np.ndarray]
    down: np.ndarray
    right: np.ndarray
    inside: tuple[np.ndarray, np.ndarray]


def warp(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """W(p) = I(p + f(p)), as `jnst.video.warp.warp`."""
    at = _places(picture, flow)
    return np.sum([share * picture[:, rows, columns] for rows, columns, share in _four(at)], axis=0)


def warp_backward(
    gradient: np.ndarray, picture: np.ndarray, flow: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return ∂/∂I and ∂/∂f, of the shapes of picture and flow, from ∂/∂W."""
    at = _places(picture, flow)
    of_picture = np.zeros_like(picture)
    for rows, columns, share in _four(at):
        np.add.at(of_picture[0], (rows, columns), (share * gradient)[0])
    (I_00, I_01), (I_10, I_11) = (
        [picture[0, rows, columns] for columns in at.columns] for rows in at.rows
    )
    along = (1 - at.down) * (I_01 - I_00) + at.down * (I_11 - I_10)
    across = (1 - at.right) * (I_10 - I_00) + at.right * (I_11 - I_01)
    slopes = [np.sum(gradient[0] * d, axis=-1) for d in (along, across)]
    return of_picture, np.stack(slopes, axis=-1) * np.stack(at.inside, axis=-1)


def _places(picture: np.ndarray, flow: np.ndarray) -> _Places:
    height, width = picture.shape[1:3]
    y, x = np.mgrid[: flow.shape[0], : flow.shape[1]]
    x, y = x + flow[..., 0], y + flow[..., 1]
    (column, right, in_x), (row, down, in_y) = _split(x, width), _split(y, height)
    below, beside = np.minimum(row + 1, height - 1), np.minimum(column + 1, width - 1)
    return _Places((row, below), (column, beside), down[..., None], right[..., None], (in_x, in_y))


def _split(place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the whole part, the fraction, and where the place is within the picture."""
    kept = place.clip(0, size - 1)
    whole = np.floor(kept).astype(int)
    return whole, kept - whole, (place >= 0) & (place <= size - 1)


def _four(at: _Places):
    shares = (1 - at.down, at.down), (1 - at.right, at.right)
    for rows, down in zip(at.rows, shares[0], strict=True):
        for columns, right in zip(at.columns, shares[1], strict=True):
            yield rows, columns, down * right
