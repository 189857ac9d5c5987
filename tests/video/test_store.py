import json

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.video import store
from jnst.video.store import Store

RNG = np.random.default_rng(0)
FACTS = {"other settings": {"size": 32}, "another clip": "abc"}
PICTURE = RNG.random((1, 4, 6, 3)).astype(np.float32)


def test_frames_are_counted_and_come_back(tmp_path):
    kept = Store(tmp_path, FACTS)
    assert kept.done == 0
    kept.put(0, 0, PICTURE)
    kept.put(1, 0, 1 - PICTURE)
    again = Store(tmp_path, FACTS)
    assert again.done == 2
    np.testing.assert_allclose(again.get(0, 0), PICTURE, atol=1 / 65535)
    np.testing.assert_array_equal(again.get(0, 0), kept.get(0, 0))
    assert again.get(0, 0).dtype == np.float32
    again.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_neither_darker_nor_lighter(tmp_path):
    kept, picture = Store(tmp_path, FACTS), PICTURE
    for turn in range(20):
        kept.put(0, turn, picture)
        picture = kept.get(0, turn)
    assert abs(float(np.mean(picture - PICTURE))) < 1e-6


def test_of_several_passes_the_newest_is_kept_alone(tmp_path):
    kept = Store(tmp_path, FACTS)
    for number in (0, 1):
        kept.put(number, 0, PICTURE)
    kept.put(1, 1, 1 - PICTURE)
    assert kept.done == 3
    np.testing.assert_allclose(kept.newest(1, 3), 1 - PICTURE, atol=1e-4)
    np.testing.assert_allclose(kept.newest(0, 3), PICTURE, atol=1e-4)
    assert sorted(path.name for path in tmp_path.glob("*.npy")) == ["000000-0.npy", "000001-1.npy"]


def test_another_run_is_refused_by_what_is_other(tmp_path):
    Store(tmp_path, FACTS)
    with pytest.raises(InputError) as error:
        Store(tmp_path, {**FACTS, "other settings": {"size": 64}})
    assert str(error.value) == (
        f"the film in {tmp_path} has other settings; go on with it as it is, or begin another "
        "elsewhere"
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"done": 1}', '{"facts": {}, "done": "2"}'])
def test_damaged_counts_are_refused(tmp_path, text):
    (tmp_path / store.FILE).write_text(text)
    with pytest.raises(InputError, match="cannot read"):
        Store(tmp_path, FACTS)


def test_what_is_not_ours_stays_and_what_a_kill_left_goes(tmp_path):
    np.save(tmp_path / "latents.npy", PICTURE)
    (tmp_path / ".jnst-0123456789abcdef.tmp").write_bytes(b"half a frame")
    np.save(tmp_path / "000007-1.npy", PICTURE)  # its film was removed in part
    kept = Store(tmp_path, FACTS)
    assert kept.done == 0
    kept.put(0, 0, PICTURE)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000000-0.npy",
        "film.json",
        "latents.npy",
    ]
    kept.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["latents.npy"]


def test_a_folder_that_is_held_goes_when_it_is_empty_alone(tmp_path):
    for keep, name, left in [(False, None, False), (True, None, True), (False, "a.txt", True)]:
        folder = tmp_path / "frames"
        with checkpoint.held(folder), store.emptied(folder, keep=keep):
            if name:
                (folder / name).touch()
        assert folder.is_dir() is left


def test_damaged_frames_are_refused(tmp_path):
    kept = Store(tmp_path, FACTS)
    kept.put(0, 0, PICTURE)
    path = tmp_path / "000000-0.npy"
    data = path.read_bytes()
    np.save(tmp_path / "other.npy", PICTURE)
    for damaged in (b"", data[:100], (tmp_path / "other.npy").read_bytes()):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="cannot read"):
            kept.get(0, 0)
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        kept.get(0, 0)
    assert json.loads((tmp_path / store.FILE).read_text())["done"] == 1
