"""The picture that is shown before the first step, and where there is none."""

import dataclasses

import numpy as np
import pytest

from jnst.transfer import preview as module
from jnst.transfer.onepass.method import instant
from jnst.transfer.pictures import read
from jnst.transfer.preview import preview
from jnst.transfer.settings import Settings
from jnst.weights import store

PHOTO, PAINTING = np.random.default_rng(0).random((2, 21, 32, 3), np.float32)
SETTINGS = Settings(engine="byhand", size=32)
pytestmark = pytest.mark.usefixtures("tiny", "small_styles")


def given(**options):
    return read(PHOTO, PAINTING, SETTINGS, **options)


def test_it_is_the_instant_picture_before_the_first_step():
    pictures = given()
    found = preview(pictures, SETTINGS)
    assert found is not None
    assert (found.step, found.parts, found.state) == (0, {}, None)
    expected = instant(pictures.content, pictures.guides, engine="byhand")
    np.testing.assert_array_equal(found.best, expected)
    assert found.best.shape == (1, 21, 32, 3)


@pytest.mark.parametrize(("size", "largest", "shape"), [(96, 48, (32, 48)), (96, 512, (65, 98))])
def test_it_has_the_size_of_the_canvas_unless_that_takes_too_long(
    size, largest, shape, monkeypatch
):
    monkeypatch.setattr(module, "LARGEST", largest)
    monkeypatch.setattr(module, "instant", lambda content, guides, engine: content)
    settings = dataclasses.replace(SETTINGS, size=size, upscale=True)
    found = preview(read(PHOTO, PAINTING, settings), settings)
    assert found is not None
    assert found.best.shape == (1, *shape, 3)


def test_where_the_weights_are_missing_there_is_none(monkeypatch):
    monkeypatch.setattr(store, "find", lambda name: None)
    assert preview(given(), SETTINGS) is None


def test_a_style_from_a_part_of_its_painting_has_none():
    mask = np.ones((21, 32), np.float32)
    assert preview(given(masks=[mask], style_masks=[mask]), SETTINGS) is None
    assert preview(given(masks=[mask]), SETTINGS) is not None


def test_what_is_painted_in_one_pass_has_none():
    assert preview(given(), dataclasses.replace(SETTINGS, method="ghiasi")) is None
