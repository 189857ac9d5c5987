"""Pixels as a file has them, brought to float32 sRGB, upright."""

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.pictures.files import raster
from jnst.pictures.files.raster import Raster

RNG = np.random.default_rng(0)


def test_levels_and_floats_become_float32_in_the_unit_interval():
    found = raster.unit(np.uint16([0, 65535, 13107]), peak=65535)
    np.testing.assert_allclose(found, [0, 1, 0.2], rtol=1e-6)
    assert found.dtype == np.float32
    floats = np.float32([0, 1, 0.5])
    copied = raster.unit(floats)
    assert not np.shares_memory(copied, floats)
    np.testing.assert_array_equal(copied, floats)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf])
def test_values_outside_are_refused(value):
    with pytest.raises(InputError, match=r"values must lie in \[0, 1\]"):
        raster.unit(np.float32([0.5, value]))


@pytest.mark.parametrize(("channels", "alpha"), [(None, 0), (1, 0), (2, 1), (3, 0), (4, 1)])
def test_every_other_number_of_channels_has_alpha(channels, alpha):
    values = RNG.random((2, 3) if channels is None else (2, 3, channels))
    colours, found = raster.split(values)
    assert colours.shape == (2, 3, (channels or 1) - alpha)
    if alpha:
        np.testing.assert_array_equal(found[..., 0], values[..., -1])
    else:
        assert found is None


def test_grey_becomes_three_channels_and_is_turned_with_its_alpha():
    grey = np.uint8([[0, 51], [102, 255]])[..., None]
    found = raster.upright(Raster(grey, alpha=255 - grey, orientation=6))
    assert found.shape == (2, 2, 4)
    np.testing.assert_allclose(found[..., 0] * 255, [[102, 0], [255, 51]], atol=1e-4)
    np.testing.assert_array_equal(found[..., 0], found[..., 2])
    np.testing.assert_allclose(found[..., 3], 1 - found[..., 0], atol=1e-6)


def test_inks_without_a_profile_are_filters_one_upon_the_other():
    inks = np.uint8([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [51, 0, 0, 51]]])
    found = raster.upright(Raster(inks))
    expected = [[[1, 1, 1], [0, 1, 1], [0, 0, 0], [0.64, 0.8, 0.8]]]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_broken_profile_is_ignored():
    colours = RNG.integers(0, 256, (3, 4, 3), dtype=np.uint8)
    found = raster.upright(Raster(colours, profile=b"no profile"))
    np.testing.assert_array_equal(found, raster.upright(Raster(colours)))


def test_levels_are_rounded_and_clipped():
    values = np.float32([-1, 0, 0.5, 1, 2])
    assert raster.to_levels(values).tolist() == [0, 0, 128, 255, 255]
    assert raster.to_levels(values, depth=16).tolist() == [0, 0, 32768, 65535, 65535]
    assert raster.to_levels(values).dtype == np.uint8
