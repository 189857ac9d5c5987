"""The types of the arrays that travel through the package: what they accept, and what not."""

import jax.numpy as jnp
import numpy as np
import pytest
from beartype.door import is_bearable

from jnst import arrays

PICTURE = np.zeros((1, 4, 5, 3), np.float32)


@pytest.mark.parametrize("kind", ["Image", "Picture", "AnyPicture", "FeatureMap"])
def test_a_picture_is_one_of_these(kind):
    assert is_bearable(PICTURE, getattr(arrays, kind))


@pytest.mark.parametrize(
    ("kind", "array"),
    [
        ("Image", np.zeros((2, 4, 5, 3), np.float32)),
        ("Image", np.zeros((1, 4, 5, 4), np.float32)),
        ("Image", np.zeros((4, 5, 3), np.float32)),
        ("Image", np.zeros((1, 4, 5, 3), np.uint8)),
        ("AnyPicture", np.zeros((1, 4, 5, 1), np.float32)),
        ("FeatureMap", np.zeros((2, 4, 5, 7), np.float32)),
        ("Region", PICTURE),
        ("Scalar", np.zeros(1)),
    ],
)
def test_other_shapes_and_types_are_none(kind, array):
    assert not is_bearable(array, getattr(arrays, kind))


def test_only_what_numpy_holds_is_a_picture_but_an_image_may_be_of_jax():
    there = jnp.asarray(PICTURE)
    assert is_bearable(there, arrays.Image)
    assert not is_bearable(there, arrays.Picture)


def test_numbers_regions_and_features_have_their_own():
    assert is_bearable(np.zeros(()), arrays.Scalar)
    assert is_bearable(np.zeros((1, 4, 5, 1)), arrays.Region)
    assert is_bearable(np.zeros((1, 4, 5, 64)), arrays.FeatureMap)
