"""Pictures as sums of waves."""

import jax
import numpy as np
import pytest
from programs import FAST

from jnst.dreams import fourier

KEY = jax.random.key(0)
noise = jax.jit(fourier.noise, static_argnums=(1, 2), compiler_options=FAST)
to_image = jax.jit(fourier.to_image, static_argnums=1, compiler_options=FAST)


@pytest.mark.parametrize("width", [16, 17])
def test_one_wave_is_one_wave(width):
    spectrum = np.zeros((2, 12, width // 2 + 1, 3), np.float32)
    assert np.asarray(to_image(spectrum, width)).shape == (1, 12, width, 3)
    np.testing.assert_array_equal(to_image(spectrum, width), 0.5)
    spectrum[0, 0, 2, 0] = 3.0  # twice across, brightness alone
    image = np.asarray(to_image(spectrum, width), float)
    logit = np.log(image / (1 - image))
    scale = np.sqrt(12 * width) * width / 2 / fourier.SHRINK
    wave = 2 * 3 * scale / (12 * width) * np.cos(2 * np.pi * 2 * np.arange(width) / width)
    expected = wave[:, None] * fourier.COLOURS[:, 0]
    np.testing.assert_allclose(logit[0], np.broadcast_to(expected, (12, width, 3)), atol=1e-4)


def test_pictures_stay_in_range_and_noise_is_faint_and_reproducible():
    image = np.asarray(to_image(noise(KEY, 24, 31), 31))
    assert 0.001 < image.std() < 0.2
    np.testing.assert_array_equal(noise(KEY, 8, 8), noise(KEY, 8, 8))
    wild = np.asarray(to_image(1000 * noise(KEY, 24, 31), 31))
    assert wild.min() >= 0
    assert wild.max() <= 1
