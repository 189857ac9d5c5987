"""The types of the arrays that travel through the package: what they accept, and what not."""

import os

import jax.numpy as jnp
import numpy as np
import pytest
from beartype.door import is_bearable
from beartype.roar import BeartypeCallHintViolation

from jnst import arrays
from jnst.backbones import winograd
from jnst.pictures import resizing
from jnst.transfer import stages
from jnst.transfer.settings import Settings

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


@pytest.mark.skipif(os.environ.get("JNST_TESTS_STRICT") == "no", reason="types are not checked")
def test_in_tests_each_call_is_checked():
    ones = np.ones((1, 4, 4, 2), np.float32), np.ones((6, 6, 2, 3), np.float32)
    for wrong in (
        lambda: stages.sizes("512", first=128, ratio=2.0),  # without shapes
        lambda: resizing.fit(PICTURE[0], 3),
        lambda: winograd.conv2d(*ones, np.ones(2, np.float32)),  # not as long as the kernel is
    ):
        with pytest.raises(BeartypeCallHintViolation):
            wrong()
    with pytest.raises(TypeError, match="size"):
        Settings(size="512")
