"""Temporal loss: how far a frame is from the earlier result, moved along with the scene.

    L = Σ c (x - w)² / (3·h·w)

w is what was painted of an earlier frame, warped by the optical flow between the two; c, from 0 to
1, says at each pixel how far that flow is to be trusted. Ruder, Dosovitskiy and Brox, "Artistic
Style Transfer for Videos" (GCPR 2016, arXiv:1604.08610), equation 5, whose D is the number of
values. There c is 0 or 1; artistic-videos@40e7447 smooths it, and so may we.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp

from jnst.arrays import Image, Scalar


class Earlier(NamedTuple):
    """The warped earlier result, an array (1, h, w, 3), and its weights c, (1, h, w, 1)."""

    picture: Any
    weights: Any


def temporal(image: Image, target: Earlier) -> Scalar:
    """Compute L for a picture (1, h, w, 3)."""
    return jnp.mean(target.weights * (image - target.picture) ** 2)
