"""The picture that is shown before the first step, and where there is none."""

import dataclasses
import types

import numpy as np
import pytest

from jnst.pictures import resizing
from jnst.transfer import preview as module
from jnst.transfer.method import PIXELS
from jnst.transfer.methods import METHODS
from jnst.transfer.onepass.method import instant
from jnst.transfer.pictures import read
from jnst.transfer.preview import preview
from jnst.transfer.settings import Settings
from jnst.weights import store

PHOTO, PAINTING = np.random.default_rng(0).random((2, 21, 32, 3), np.float32)
SETTINGS = Settings(engine="byhand", size=32)
pytestmark = pytest.mark.usefixtures("tiny", "small_styles")


def planned(**options):
    return PIXELS.plan(read(PHOTO, PAINTING, SETTINGS, **options), SETTINGS)


def test_it_is_the_instant_picture_before_the_first_step():
    plan = planned()
    found = preview(plan)
    assert found is not None
    assert (found.step, found.parts, found.state) == (0, {}, None)
    expected = instant(plan.pictures.content, plan.pictures.guides, engine="byhand")
    np.testing.assert_array_equal(found.best, expected)
    assert next(plan.steps()).step == 1
    assert plan.result(found.best).shape == (1, 21, 32, 3)


def test_it_is_no_larger_than_what_is_quickly_painted(monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 16)
    monkeypatch.setattr(module, "instant", lambda content, guides, engine: content)
    plan = planned()
    found = preview(plan)
    assert found is not None
    np.testing.assert_array_equal(found.best, resizing.fit(plan.pictures.content, 16))


def test_where_the_weights_are_missing_there_is_none(monkeypatch):
    monkeypatch.setattr(store, "find", lambda name: None)
    assert preview(planned()) is None


def test_a_style_from_a_part_of_its_painting_has_none():
    mask = np.ones((21, 32), np.float32)
    assert preview(planned(masks=[mask], style_masks=[mask])) is None
    assert preview(planned(masks=[mask])) is not None


def test_other_methods_have_none():
    settings = dataclasses.replace(SETTINGS, method="ghiasi")
    assert preview(METHODS["ghiasi"].plan(read(PHOTO, PAINTING, settings), settings)) is None
    own = types.SimpleNamespace(costs=(1.0,), steps=PIXELS.plan, result=PIXELS.plan)
    assert preview(own) is None
