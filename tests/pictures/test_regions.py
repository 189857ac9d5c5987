import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures.regions import MOST_LABELS, labels, read, region, stretched

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def labelled(*columns):
    """A label picture of 6 rows with columns of these colours."""
    return np.tile(np.uint8(columns)[None], (6, 1, 1))


def test_a_mask_is_the_grey_of_its_picture():
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:, 3:] = 255
    picture[0, 0] = (0, 51, 102)
    mask = read(picture)
    assert mask.shape == (1, 4, 6, 1)
    np.testing.assert_allclose(mask[0, 0, :, 0], [0.2, 0, 0, 1, 1, 1], atol=1e-6)


def test_what_is_transparent_in_a_mask_belongs_to_no_region():
    picture = np.full((4, 6, 4), 255, np.uint8)
    picture[:, :2, 3] = 0
    picture[:, 2:4, 3] = 51
    picture[:, 5, :3] = 0
    np.testing.assert_allclose(read(picture)[0, 0, :, 0], [0, 0, 0.2, 0.2, 1, 0], atol=1e-6)
    with pytest.raises(InputError, match="black all over"):
        read(np.zeros((4, 4, 4), np.uint8))


def test_a_mask_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(InputError, match="the mask is black all over"):
        read(np.zeros((4, 4), np.uint8))
    PIL.Image.new("L", (1, 1)).save(tmp_path / "black.png")
    with pytest.raises(InputError, match=r"the mask '.*black\.png' is black all over; paint white"):
        read(tmp_path / "black.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InputError, match=r"cannot read '.*text\.png' as a picture"):
        read(tmp_path / "text.png")


def triangles(source, target):
    """The (target, source) matrix of antialiased linear interpolation, from its definition."""
    stretch = max(source / target, 1)
    centre = (np.arange(target) + 0.5) * source / target
    weight = np.maximum(1 - np.abs(np.arange(source) + 0.5 - centre[:, None]) / stretch, 0)
    return weight / weight.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("size", [(2, 4), (3, 5), (8, 16), (40, 30), (1, 1), (7, 1)])
@pytest.mark.parametrize("factor", [1, 0.1, 1e-30])
def test_a_region_is_the_averaged_mask_scaled_to_mean_one(size, factor):
    mask = np.random.default_rng(0).random((1, 8, 16, 1), np.float32)
    got = region(np.float32(factor) * mask, *size)
    average = triangles(8, size[0]) @ mask[0, :, :, 0] @ triangles(16, size[1]).T
    assert got.shape == (1, *size, 1)
    assert got.mean() == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(got[0, :, :, 0], average / average.mean(), rtol=2e-5)


def test_positions_count_by_the_area_of_the_mask_below_them():
    mask = np.zeros((1, 16, 16, 1), np.float32)
    mask[:, :, :8] = 1
    got = region(mask, 4, 4)[0, :, :, 0]
    assert (got[:, 0] > 1.9).all()
    assert (got[:, 3] == 0).all()
    np.testing.assert_allclose(got[:, 1] + got[:, 2], 2, rtol=1e-4)
    for grey in (np.ones_like(mask), np.full((1, 1, 1, 1), 0.2, np.float32)):
        np.testing.assert_allclose(region(grey, 5, 3), 1, rtol=1e-6)


def test_a_speck_counts_where_it_is_and_one_too_faint_everywhere():
    mask = np.zeros((1, 64, 64, 1), np.float32)
    mask[:, 40, 9] = 0.01
    got = region(mask, 4, 4)[0, :, :, 0]
    assert np.unravel_index(got.argmax(), got.shape) == (2, 0)
    assert got.mean() == pytest.approx(1, rel=1e-12)
    np.testing.assert_array_equal(region(np.float32(1e-43) * mask, 4, 4), 1)


def test_labels_are_split_by_colour_and_matched():
    content = labelled(RED, RED, BLUE, GREEN)
    first, second = labelled(GREEN, RED), labelled(BLUE, BLUE, BLUE)
    found = labels(content, [first, second])
    masks = [mask[0, 0, :, 0].tolist() for mask, _ in found]
    assert masks == [[0, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]], "blue, red, green: dark to light"
    origins = [
        [None if mask is None else mask[0, 0, :, 0].tolist() for mask in of] for _, of in found
    ]
    assert origins == [[None, [1, 1, 1]], [[0, 1], None], [[1, 0], None]]
    assert [of for _, of in labels(content, [])] == [[], [], []]


def test_label_pictures_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="the colour #010203 of the content's label picture is in"):
        labels(labelled((1, 2, 3), GREEN), [labelled(GREEN, BLUE)])
    smooth = np.arange(MOST_LABELS + 1, dtype=np.uint8)[None]
    assert len(labels(smooth[:, 1:], [])) == MOST_LABELS
    with pytest.raises(InputError, match=f"the label picture has {MOST_LABELS + 1} colours, and"):
        labels(smooth, [])
    with pytest.raises(InputError, match=r"cannot read 'no\.png'"):
        labels("no.png", [])


def test_a_style_that_would_go_nowhere_is_refused():
    content, stray = labelled(RED, RED), labelled(BLUE, GREEN)
    with pytest.raises(InputError, match="no colour in common with the content's"):
        labels(content, [labelled(RED, GREEN), stray])
    assert len(labels(content, [labelled(RED, GREEN), labelled(BLUE, RED)])) == 1


def test_labels_come_from_files_with_a_palette_too(tmp_path):
    PIL.Image.fromarray(labelled(RED, BLUE)).quantize().save(tmp_path / "labels.png")
    assert len(labels(tmp_path / "labels.png", [])) == 2


def test_what_is_half_transparent_belongs_half_as_much():
    values = np.float32([[0, 1], [1, 1], [0, 0.5], [1, 0.5], [0.6, 0.5], [1, 0]])  # grey, alpha
    picture = np.repeat(values, [3, 1], axis=-1)[None]
    mask = read(picture)
    np.testing.assert_allclose(mask[0, 0, :, 0], [0, 1, 0, 0.5, 0.3, 0], atol=1e-6)


# The natural form of many tools: 0 and 1, in a picture whose white is 255.
@pytest.mark.parametrize("level", [1, 20])
def test_a_mask_of_zeros_and_ones_of_255_is_refused(level):
    mask = np.zeros((4, 6), np.uint8)
    mask[:, 3:] = level
    with pytest.raises(InputError, match=f"almost black: its brightest value is {level} of 255"):
        read(mask)
    assert read(mask > 0).max() == 1
    assert read(mask * (100 // level)).max() == pytest.approx(100 // level * level / 255)


@pytest.mark.parametrize(
    ("mask", "picture", "says"),
    [
        ((30, 40), (60, 80), ""),
        ((30, 40), (61, 80), ""),  # of a smaller copy, rounded
        ((3, 4), (600, 790), ""),
        ((300, 400), (300, 405), ""),
        ((300, 400), (300, 420), "of 400 x 300 pixels is stretched over a picture of 420 x 300"),
        ((64, 64), (48, 64), "of 64 x 64 pixels is stretched over a picture of 64 x 48"),
    ],
)
def test_a_mask_of_another_shape_is_said_to_be_stretched(mask, picture, says):
    found = stretched(
        np.ones((1, *mask, 1), np.float32), np.ones((1, *picture, 3)), "the mask", over="a picture"
    )
    assert found == (f"the mask {says}" if says else "")
