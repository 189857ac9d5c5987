"""The names that `jnst.pictures.files` hands on: a picture to a file and back by them alone."""

import numpy as np

from jnst.pictures import files


def test_every_name_is_there_and_none_is_missing():
    assert all(hasattr(files, name) for name in files.__all__)
    assert set(files.DEEP) <= set(files.WRITERS) <= set(files.suffixes())


def test_a_picture_goes_to_a_file_and_back(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (1, 5, 7, 3)).astype(np.float32) / 255
    path = tmp_path / "a.png"
    files.check_writable(path)
    files.write(path, picture, settings={"steps": 3})
    np.testing.assert_array_equal(files.read(path), picture)
    assert files.read_settings(path) == {"steps": 3}
    assert files.depth(path) == 8
    assert not files.is_animated(path)
    np.testing.assert_array_equal(files.from_array(np.uint8(picture[0] * 255 + 0.5)), picture)
