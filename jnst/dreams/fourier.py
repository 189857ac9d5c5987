"""A picture as numbers that are easy to optimize: waves of equal standing, in colours of their own.

C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization" (Distill, 2017), and Lucid: ascent
in another basis. Moving pixels one by one makes what is finest grow first, and so makes
noise. Here the numbers are the amplitudes of waves, each scaled by one over its frequency, as in
photographs, so that a step moves coarse structure as far as it would there. And the channels are
those along which the colours of photographs do not correlate.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Image

Spectrum = Float[Array, "2 h w2 3"]
"""Real and imaginary parts of the amplitudes of half of all waves: the rest mirrors them."""
COLOURS = (
    np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]], np.float32)
    / np.float32(0.26**2 + 0.27**2 + 0.27**2) ** 0.5
)
"""From three uncorrelated channels, brightness first, to red, green and blue: a root of the
covariance of the colours in ImageNet, as Lucid has it, its first column scaled to length 1."""
DECAY = 1.0
"""The power of the frequency by which waves are scaled down: 1, as in photographs."""
SPREAD = 0.01
"""Standard deviation of the amplitudes to begin with: a grey picture, nearly."""
SHRINK = 4.0
"""Divisor of the channels, which brings optimizer steps to their usual size."""


def frequencies(height: int, width: int) -> Float[np.ndarray, "h w2"]:
    """Return the frequency of each wave of a real picture's spectrum, in waves a pixel."""
    return np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])


def noise(key: jax.Array, height: int, width: int) -> Spectrum:
    """Return random amplitudes to begin with, normal, with the deviation `SPREAD`."""
    return SPREAD * jax.random.normal(key, (2, *frequencies(height, width).shape, 3))


def to_image(spectrum: Spectrum, width: int) -> Image:
    """Compute sigmoid(C · F⁻¹(s ⊙ z)): waves to pixels, colours mixed, and all within (0, 1).

    z are the amplitudes, s = √(h w) / max(f, 1 / max(h, w)) their scale, f their frequencies,
    F⁻¹ the inverse Fourier transform and C is `COLOURS`.

    Args:
        spectrum: z, [2, h, w // 2 + 1, 3].
        width: w, which the spectrum alone leaves open: odd or even.

    Returns:
        The picture, [1, h, w, 3].

    """
    height = spectrum.shape[1]
    lowest = 1 / max(height, width)
    scale = np.sqrt(height * width) / np.maximum(frequencies(height, width), lowest) ** DECAY
    waves = jax.lax.complex(spectrum[0], spectrum[1]) * scale[..., None].astype(spectrum.dtype)
    pixels = jnp.fft.irfft2(waves, (height, width), axes=(0, 1)) / SHRINK
    return jax.nn.sigmoid(pixels @ COLOURS.T.astype(spectrum.dtype))[None]
