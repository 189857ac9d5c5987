"""Small random movements of a picture: what looks right only without them is no feature.

Jitter, scale and rotation after Lucid ("Feature Visualization", Distill, 2017), in one resampling;
Lucid turns by up to 10 degrees and jitters twice.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Image

JITTER = 8.0
"""By how many pixels a picture is moved at most, in each direction."""
SCALES = (0.9, 1.1)
"""Between what it is scaled."""
DEGREES = 5.0
"""By how much it is turned at most, in either direction."""
PAD = 12
"""Grey pixels put around the picture first: otherwise its edges are seen."""
GREY = 0.5
"""The value of these pixels, in [0, 1]."""

Padded = Float[Array, "1 _ _ 3"]
"""A picture with its padding."""


def moved(key: jax.Array, image: Image) -> Padded:
    """Pad a picture and move, scale and turn it at random; its size grows by twice `PAD`.

    Bilinear; where nothing of the picture is, there is grey.
    """
    jitter, scale, turn = jax.random.split(key, 3)
    offset = jax.random.uniform(jitter, (2,), image.dtype, -JITTER, JITTER)
    # Scale and angle have as many values to either side: on average they leave it as it is.
    factor = jax.random.uniform(scale, (), image.dtype, *SCALES)
    angle = jax.random.uniform(turn, (), image.dtype, -1, 1) * np.deg2rad(DEGREES)
    return resampled(image, offset, factor, angle)


def resampled(
    image: Image, offset: Float[Array, "2"], factor: Float[Array, ""], angle: Float[Array, ""]
) -> Padded:
    """Return the padded picture, moved by `offset` pixels (down, across), enlarged and turned.

    About its middle; positive angles, in radians, turn it clockwise.
    """
    around = ((PAD, PAD), (PAD, PAD), (0, 0))
    padded = jnp.pad(image[0], around, constant_values=GREY)
    size = padded.shape[:2]
    middle = [(length - 1) / 2 for length in size]
    y, x = (axis - m for axis, m in zip(np.indices(size), middle, strict=True))
    y, x = y - offset[0], x - offset[1]
    cosine, sine = jnp.cos(angle) / factor, jnp.sin(angle) / factor
    places = [cosine * y - sine * x + middle[0], sine * y + cosine * x + middle[1]]
    channels = [
        jax.scipy.ndimage.map_coordinates(
            padded[..., channel], places, order=1, mode="constant", cval=GREY
        )
        for channel in range(padded.shape[-1])
    ]
    return jnp.stack(channels, axis=-1)[None]
