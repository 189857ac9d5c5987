"""Photographs to train on: which are found, what a batch has, and what follows a stop."""

import numpy as np
import pytest
from trainings import make_photos

from jnst.errors import InputError
from jnst.pictures import files
from jnst.training import photos


@pytest.fixture
def folder(tmp_path):
    return make_photos(tmp_path / "photos")


def source(folder, **options):
    return photos.Photos(photos.find(folder), **({"side": 16, "size": None} | options))


def test_pictures_are_found_in_folders_within(folder):
    (folder / "deeper").mkdir()
    files.write(folder / "deeper" / "a.JPG", np.zeros((1, 9, 9, 3)))
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("no picture")
    names = [str(path.relative_to(folder)) for path in photos.find(folder)]
    assert names == ["0.png", "1.png", "2.png", "3.png", "4.png", "deeper/a.JPG"]


def test_a_folder_without_pictures_or_none_is_said(tmp_path):
    with pytest.raises(InputError, match="holds no pictures"):
        photos.find(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        photos.find(tmp_path / "nowhere")


@pytest.mark.parametrize(("size", "shape"), [(None, (17, 24)), (32, (32, 45)), (8, (16, 23))])
def test_the_short_side_is_as_asked_but_never_below_the_crop(folder, size, shape):
    assert source(folder, size=size)[0].shape == (*shape, 3)


def test_one_that_cannot_be_read_is_replaced_by_the_next(folder):
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:60])
    found = source(folder)
    np.testing.assert_array_equal(found[1], found[2])
    assert list(found.broken) == [folder / "1.png"]
    for path in folder.iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"none of 5 photographs can be read; .*3\.png: "):
        source(folder)[3]


def test_every_photograph_comes_once_before_any_comes_again(tmp_path):
    for i in range(6):
        files.write(tmp_path / f"{i}.png", np.full((1, 16, 16, 3), i / 10))
    batches = photos.batches(source(tmp_path), count=3, seed=1)
    rounds = [np.sort(np.concatenate([next(batches)[:, 0, 0, 0] for _ in "ab"])) for _ in "abc"]
    np.testing.assert_allclose(rounds, [np.arange(6) / 10] * 3, atol=0.003)


def test_batches_follow_from_the_seed_and_go_on_where_they_were(folder):
    first = photos.batches(source(folder), count=2, seed=3)
    seen = [next(first) for _ in range(3)]
    place, after = first.get_state(), [next(first) for _ in range(4)]
    again = photos.batches(source(folder), count=2, seed=3)
    np.testing.assert_array_equal([next(again) for _ in range(3)], seen)
    other = photos.batches(source(folder), count=2, seed=3)
    other.set_state(place)
    np.testing.assert_array_equal([next(other) for _ in range(4)], after)
    assert not np.array_equal(next(photos.batches(source(folder), count=2, seed=4)), seen[0])
    assert seen[0].shape == (2, 16, 16, 3)
    assert seen[0].dtype == np.float32
