import numpy as np

from jnst.display.sheet import GAP, INK, LETTERS, NARROWEST, contact_sheet

INKED = np.float32(INK) / 255


def plain(height, width, colour):
    return np.broadcast_to(np.float32(colour), (1, height, width, 3))


def test_pictures_stand_in_rows_and_columns_each_at_its_own_size():
    red, green, blue = (plain(40, 200, np.eye(3)[i]) for i in range(3))
    low = plain(10, 180, (1, 1, 0))
    sheet = contact_sheet([[("a", red), ("b", green)], [("c", blue), ("d", low)]])
    right, second = GAP + 200 + GAP, GAP + 40 + LETTERS + 4 + 2 * GAP
    for picture, left, top in ((red, GAP, GAP), (green, right, GAP), (blue, GAP, second)):
        np.testing.assert_array_equal(sheet[:, top : top + 40, left : left + 200], picture)
    np.testing.assert_array_equal(sheet[:, second : second + 10, right : right + 180], low)
    np.testing.assert_array_equal(sheet[:, second + 10 : second + 40, right:], 1)
    assert sheet.shape == (1, second + 40 + LETTERS + 4 + 2 * GAP, right + 200 + GAP, 3)


def written(caption, width=200):
    sheet = contact_sheet([[(caption, plain(5, width, (1, 1, 1)))]])[0]
    return sheet.min(axis=-1) < 0.6


def test_captions_are_below_and_break_between_words():
    assert not written("").any()
    assert not written("W" * 3)[: GAP + 5].any()
    one, two = written("content 0.5"), written("content 0.5\nadam")
    assert two.shape[0] == one.shape[0] + LETTERS + 4
    assert two.sum() > one.sum() > 50
    assert written("a long caption of many words that go on").shape[0] > one.shape[0]
    long = written("x" * 200)
    assert long.shape[0] == one.shape[0]
    assert not long[:, GAP + 201 :].any(), "a word that is too long is cut"


def test_narrow_pictures_leave_room_for_their_captions():
    assert contact_sheet([[("a", plain(5, 5, (0, 0, 0)))]]).shape[2] == NARROWEST + 2 * GAP


def test_a_missing_picture_leaves_its_place_empty():
    sheet = contact_sheet([[("", None), ("", plain(20, 200, (0, 0, 0)))]])
    assert sheet[0, :, : GAP + 200].min() == 1
    assert sheet[0, GAP + 1, 2 * GAP + 201].max() == 0
    assert contact_sheet([]).shape[0] == 1
