import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jnst.pictures import canvas, files
from jnst.pictures.resizing import size_within
from jnst.transfer import pictures
from jnst.transfer.settings import Settings

LENGTH = st.integers(1, 70)


@given(LENGTH, LENGTH, st.integers(1, 40))
def test_what_is_put_around_comes_off_again(height, width, step):
    picture = np.random.default_rng(height).random((1, height, width, 3), np.float32)
    outer = canvas.sides(height, width, step, most=70)
    extended = canvas.extend(picture, *outer)
    assert extended.shape[1:3] == outer
    np.testing.assert_array_equal(canvas.uncover(extended, (height, width), outer), picture)


@given(LENGTH, LENGTH, st.integers(1, 40))
def test_sides_are_multiples_or_the_most_there_may_be_or_far_too_small(height, width, step):
    for side, found in zip(
        (height, width), canvas.sides(height, width, step, most=70), strict=True
    ):
        assert side <= found <= 70
        assert found < side + step
        assert found < 2 * side
        assert found % step == 0 or found == 70 or found == side < step


@given(LENGTH, st.integers(1, 40), st.integers(0, 9))
def test_margins_are_there_at_both_ends_unless_the_side_is_far_too_small(length, step, margin):
    found, _ = canvas.sides(length, 1, step, most=70, margin=margin)
    least = length + 2 * margin
    assert found == length or least <= found < min(2 * length, least + step)
    assert found <= 70 + 2 * margin
    exact, _ = canvas.sides(length, 1, 1, most=70, margin=margin)
    assert exact == (least if least < 2 * length else length)


def test_shapes_of_all_aspects_are_few():
    inner = {size_within(512, width, 512) for width in range(200, 1500)}
    outer = {canvas.sides(*shape, 64, most=512) for shape in inner}
    assert len(inner) > 500
    assert outer <= {(512, 64 * k) for k in range(4, 9)} | {(64 * k, 512) for k in range(2, 9)}


def test_what_is_put_around_is_the_mirror_image():
    row = np.array([1.0, 2, 3, 4])[None, None, :, None].repeat(3, axis=3)
    found = canvas.extend(row, 1, 7)
    np.testing.assert_array_equal(found[0, 0, :, 0], [2, 1, 2, 3, 4, 3, 2])


def test_a_picture_scaled_since_is_cut_in_proportion():
    assert canvas.uncover(np.zeros((1, 32, 16, 3)), (48, 32), (64, 32)).shape == (1, 24, 16, 3)
    assert canvas.uncover(np.zeros((1, 9, 1, 3)), (20, 1), (30, 7)).shape == (1, 6, 1, 3)


@pytest.mark.parametrize("colour", [None, "luminance", "histogram"])
def test_a_picture_painted_as_it_was_comes_back_without_its_canvas(colour):
    rng = np.random.default_rng(0)
    photo, painting = rng.random((40, 27, 3), np.float32), rng.random((20, 30, 3), np.float32)
    settings = Settings(size=40, canvas=16, colour=colour)
    read = pictures.read(photo, painting, settings)
    assert read.content.shape == (1, 40, 32, 3)
    found = pictures.finish(read, settings, read.content)
    np.testing.assert_allclose(found, photo[None], atol=1e-6)


def test_regions_and_start_are_on_the_canvas_too():
    rng = np.random.default_rng(0)
    photo = rng.random((40, 26, 3), np.float32)
    mask = np.zeros((40, 26), np.float32)
    mask[:, :13] = 1
    settings = Settings(size=40, canvas=32)
    read = pictures.read(photo, photo, settings, masks=[mask], start=files.read(photo[::2, ::2]))
    (guide,) = read.guides
    assert read.start is not None
    assert guide.region is not None
    assert read.start.shape[1:3] == guide.region.shape[1:3] == (40, 32)
    np.testing.assert_array_equal(guide.region[0, :, :, 0] > 0.5, [[True] * 16 + [False] * 16] * 40)
    assert guide.share == pytest.approx(0.5)


def test_the_margin_is_an_eightieth_of_the_result_unless_told():
    photo = np.random.default_rng(0).random((161, 100, 3), np.float32)
    for options, shape in (
        ({}, (165, 104)),
        ({"margin": 0}, (161, 100)),
        ({"margin": 5}, (171, 110)),
    ):
        settings = Settings(size=161, **options)
        read = pictures.read(photo, photo, settings)
        assert read.content.shape[1:3] == shape
        np.testing.assert_array_equal(pictures.finish(read, settings, read.content)[0], photo)


def test_a_canvas_of_ones_and_a_square_change_nothing():
    photo = np.random.default_rng(0).random((40, 27, 3), np.float32)
    for settings in (Settings(size=40, canvas=1), Settings(size=24, canvas=5, square=True)):
        read = pictures.read(photo, photo, settings)
        np.testing.assert_array_equal(read.content, read.original)


def test_slopes_go_on_beyond_the_border():
    ramp = np.linspace(0.4, 0.6, 5, dtype=np.float32).reshape(1, 1, 5, 1)
    found = canvas.extend(ramp, 1, 13, slopes=True)[0, 0, :, 0]
    np.testing.assert_allclose(found, np.linspace(0.2, 0.8, 13), atol=1e-6)
    assert canvas.extend(ramp * 1.5, 1, 13, slopes=True).max() == 1
