"""Styles that are kept to regions: by masks, by labels, and taken from a part of a picture."""

import dataclasses

import numpy as np
import pytest

import jnst
from jnst.pictures import files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
# Two textures: bars, and checks in other colours.
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))
CHECKS = np.tile(np.uint8([[[10, 30, 90], [220] * 3], [[220] * 3, [10, 30, 90]]]), (6, 6, 1))
TEXTURES = [BARS, CHECKS.repeat(4, axis=0).repeat(4, axis=1)]
LEFT = np.zeros((20, 30), np.uint8)
LEFT[:, :15] = 255
HALVES = [LEFT, 255 - LEFT]


@pytest.fixture(scope="module")
def content():
    return samples.content()[:200, :300]


def style_of(content, painting, settings, **regions):
    """Return the style part of the first evaluation."""
    return next(paint(read(content, painting, settings, **regions), settings)).parts["style"]


@pytest.mark.parametrize(("engine", "loss"), [("jax", "wasserstein"), ("byhand", "gram")])
def test_each_mask_gets_its_own_style(content, engine, loss):
    settings = LIGHT | {"size": 48, "steps": (12,), "content_weight": 0.0}
    settings |= {"engine": engine, "style_loss": loss}
    painted = files.read(jnst.stylize(content, TEXTURES, masks=HALVES, **settings))
    before = resizing.fit(files.read(content), 48)
    # Four columns on each side of the border see the other style too.
    halves = painted[:, :, :20], painted[:, :, -20:], before[:, :, :20], before[:, :, -20:]
    chosen = Settings(**BYHAND)
    far = [[style_of(half, texture, chosen) for texture in TEXTURES] for half in halves]
    assert far[0][0] < 0.5 * min(far[0][1], far[2][0])
    assert far[1][1] < 0.5 * min(far[1][0], far[3][1])


def test_both_engines_see_the_same_regions(content):
    settings = Settings(**LIGHT, init="noise")
    by_jax, by_hand = (
        style_of(content, TEXTURES, chosen, masks=HALVES, style_masks=HALVES[::-1])
        for chosen in (settings, dataclasses.replace(settings, engine="byhand"))
    )
    assert by_jax == pytest.approx(by_hand, rel=1e-4)
    swapped = style_of(content, TEXTURES, settings, masks=HALVES[::-1], style_masks=HALVES)
    assert swapped != pytest.approx(by_jax, rel=1e-3)


def test_a_style_can_be_taken_from_a_part_of_its_picture(content):
    beside = np.concatenate(TEXTURES, axis=1)
    settings = Settings(**BYHAND | {"style_size": 96})
    everywhere, left = np.ones((1, 1), np.float32), np.repeat([[1.0, 0.0]], 48, axis=1)
    parts = [
        style_of(content, beside, settings, masks=[everywhere], style_masks=[half])
        for half in (left, 1 - left)
    ]
    # But for the seam, where positions see both.
    expected = [style_of(content, texture, settings) for texture in TEXTURES]
    assert parts == pytest.approx(expected, rel=0.01)
    assert abs(parts[0] - parts[1]) > 0.1 * parts[0]
    halves = {"masks": [everywhere] * 2, "style_masks": [left, 1 - left]}
    assert style_of(content, beside, settings, **halves) == pytest.approx(sum(parts), rel=1e-4)


@pytest.mark.filterwarnings("ignore:the style mask of 30 x 20 pixels is stretched")
def test_labels_do_what_masks_do(content):
    def painted(**regions):
        return jnst.stylize(content, TEXTURES, **regions, **BYHAND).array

    masks = HALVES[::-1]  # the first style goes to black, the darker colour
    by_masks = painted(masks=masks)
    np.testing.assert_array_equal(painted(labels=LEFT), by_masks)
    grey = np.full_like(LEFT, 128)
    style_labels = [np.where(LEFT > 0, grey, LEFT), np.where(LEFT > 0, LEFT, grey)]
    by_labels = painted(labels=LEFT, style_labels=style_labels)
    np.testing.assert_array_equal(by_labels, painted(masks=masks, style_masks=masks))
    assert np.abs(by_labels - by_masks).max() > 1e-3
    assert np.abs(by_masks - painted(masks=HALVES)).max() > 1e-3
