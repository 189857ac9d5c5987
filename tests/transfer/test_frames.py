"""Frames of a film as pictures of a run, and what holds them."""

import dataclasses

import numpy as np
import pytest

from jnst.optimize.step import at_step
from jnst.pictures import canvas
from jnst.transfer.extents import on_canvas
from jnst.transfer.frames import next_frame, with_fitted_styles
from jnst.transfer.pictures import Held, read
from jnst.transfer.recipe import prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
RNG = np.random.default_rng(0)
FRAME, OTHER, START, BEFORE = RNG.random((4, 1, 24, 32, 3)).astype(np.float32)
STYLE = RNG.random((1, 60, 80, 3)).astype(np.float32)
WEIGHTS = RNG.random((1, 24, 32, 1)).astype(np.float32)
SETTINGS = Settings(
    size=32, steps=(1,), first_size=None, style_loss="gram", engine="byhand", margin=4
)


def first(settings=SETTINGS):
    return read(FRAME, STYLE, settings)


def test_another_frame_takes_the_place_of_the_first_on_the_same_canvas():
    found = next_frame(first(), OTHER, SETTINGS, start=START)
    expected = read(OTHER, STYLE, SETTINGS, start=START)
    for name in ("content", "original", "start"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    np.testing.assert_array_equal(found.guides[0].style, expected.guides[0].style)
    assert found.content.shape == (1, 32, 40, 3)
    assert found.held is None


def test_a_style_keeps_the_first_frames_colours():
    settings = dataclasses.replace(SETTINGS, colour="cholesky")
    begun = first(settings)
    found = next_frame(begun, OTHER**3, settings)
    np.testing.assert_array_equal(found.guides[0].style, begun.guides[0].style)
    anew = read(OTHER**3, STYLE, settings)
    assert np.abs(anew.guides[0].style - begun.guides[0].style).max() > 0.1


def test_transparency_is_the_frames_own():
    alpha = np.full((1, 24, 32, 1), 0.5, np.float32)
    assert next_frame(first(), OTHER, SETTINGS).alpha is None
    found = next_frame(first(), np.concatenate([OTHER, alpha], axis=-1), SETTINGS)
    np.testing.assert_array_equal(found.alpha, alpha)


def test_styles_are_made_smaller_once():
    found = with_fitted_styles(first(), SETTINGS)
    assert found.guides[0].style.shape == (1, 24, 32, 3)
    larger = dataclasses.replace(SETTINGS, style_size=64)
    assert with_fitted_styles(first(larger), larger).guides[0].style.shape == (1, 48, 64, 3)


@pytest.mark.parametrize("jitter", [0, 3])
def test_what_holds_a_frame_is_a_term_of_the_objective(jitter):
    settings = dataclasses.replace(SETTINGS, jitter=jitter, optimizer="adam" if jitter else "lbfgs")
    held = Held(BEFORE, WEIGHTS, 7.0)
    pictures = next_frame(first(settings), OTHER, settings, start=START, held=held)
    problem, free = (prepare(p, settings) for p in (pictures, pictures._replace(held=None)))
    x = on_canvas(START, (24, 32), settings)
    np.testing.assert_array_equal(problem.image, x)
    w, c = on_canvas(BEFORE, (24, 32), settings), canvas.extend(WEIGHTS, 32, 40)
    # The border is mirrored, and shifted alike: a sum over the middle stays what it is.
    constants, loose = (at_step(one.constants, 1) for one in (problem, free))
    found, without = problem.evaluate(constants, x), free.evaluate(loose, x)
    assert "temporal" not in without.parts
    if not jitter:
        expected = 7 * np.mean(c * (x - w) ** 2)
        np.testing.assert_allclose(found.parts["temporal"], expected, rtol=1e-5)
        difference = np.asarray(found.gradient) - np.asarray(without.gradient)
        np.testing.assert_allclose(difference, 14 * c * (x - w) / x.size, atol=1e-6)
    else:  # nothing pulls at a picture that is where it is held, however it is shifted
        assert problem.evaluate(constants, w).parts["temporal"] < 1e-12
        assert found.parts["temporal"] > 0.1
