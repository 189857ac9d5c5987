"""The pictures of a run: opened, told of, kept from being overwritten, written."""

import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.runs.pictures import (
    check_derived,
    check_holds,
    open_pictures,
    save,
    tell_of_more,
)
from jnst.runs.record import Inputs, restore
from jnst.transfer.settings import Settings

SMALL = Settings(size=16, steps=(1,))


@pytest.fixture
def red(tmp_path):
    path = tmp_path / "red.png"
    PIL.Image.new("RGBA", (16, 12), (255, 0, 0, 128)).save(path)
    return path


def test_the_sample_pair_stands_in_for_what_is_missing(red):
    both = open_pictures(Inputs(), SMALL)
    one = open_pictures(Inputs(content=red), SMALL)
    np.testing.assert_array_equal(both.content, files.read(samples.content()))
    np.testing.assert_allclose(one.content[0, 0, 0], [1, 127 / 255, 127 / 255])  # over white
    for found in (both, one):
        np.testing.assert_array_equal(found.guides[0].style, files.read(samples.STYLE))
    other = open_pictures(Inputs(styles=(red,)), SMALL)
    np.testing.assert_array_equal(other.content, both.content)
    assert other.guides[0].style.shape == (1, 12, 16, 3)


def test_an_animation_is_told_of_once(tmp_path, red, capsys):
    path = tmp_path / "two.gif"
    frames = [PIL.Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    tell_of_more([path, red, path], quiet=True)
    assert capsys.readouterr().err == ""
    tell_of_more([path, red, path], quiet=False)
    assert capsys.readouterr().err == f"jnst: {path} holds several pictures; the first is taken\n"


def test_a_name_that_follows_from_another_takes_nobodys_picture(red, tmp_path):
    ours = tmp_path / "ours.png"
    files.write(ours, np.zeros((1, 4, 4, 3), np.float32))
    check_derived([ours, tmp_path / "new.png"], [red])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "elsewhere.png")
    for name in ("red.png", "text.png", "dangling.png"):
        with pytest.raises(InputError, match=f"{name} is there, and jnst did not make it"):
            check_derived([ours, tmp_path / name], [])
    with pytest.raises(InputError, match="is one of the pictures"):
        check_derived([ours], [red, ours])  # made by us, but read in this run


@pytest.mark.parametrize("depth", [8, 16])
def test_what_is_written_holds_transparency_and_settings(red, tmp_path, depth):
    inputs = Inputs(content=red)
    given = open_pictures(inputs, SMALL)
    result = np.full((1, 12, 16, 3), 0.25, np.float32)
    save(tmp_path / "out.png", result, given, SMALL, inputs, depth=depth)
    over_white = 1 - (1 - result) * 128 / 255
    written, alpha = files.read_with_alpha(tmp_path / "out.png")
    np.testing.assert_allclose(written, over_white, atol=2 / (2**depth - 1))
    np.testing.assert_allclose(alpha, np.full((1, 12, 16, 1), 128 / 255), atol=1e-6)
    assert files.depth(tmp_path / "out.png") == depth
    assert restore(files.read_settings(tmp_path / "out.png")) == (SMALL, inputs)


def test_what_the_format_refuses_in_the_end_is_kept_as_png(tmp_path, monkeypatch, red):
    inputs = Inputs(content=red)
    pictures = open_pictures(inputs, SMALL)

    def refusing(*arguments, **options):
        raise OSError("encoder error -2")

    result = np.full((1, 12, 16, 3), 0.5, np.float32)
    PIL.Image.new("RGB", (1, 1)).save(tmp_path / "x.png")  # not to be replaced
    monkeypatch.setattr(PIL.Image, "SAVE", PIL.Image.SAVE | {"WEBP": refusing})
    with pytest.raises(InputError, match=r"encoder error -2; wrote .*x-2\.png instead"):
        save(tmp_path / "x.webp", result, pictures, SMALL, inputs)
    assert files.read(tmp_path / "x-2.png").shape == (1, 12, 16, 3)
    assert files.is_ours(tmp_path / "x-2.png")
    assert not (tmp_path / "x.webp").exists()


def test_a_format_that_holds_no_such_picture_is_refused_before(tmp_path):
    inputs, large = Inputs(), Settings(size=20_000, upscale=True)
    pictures = open_pictures(inputs, SMALL)  # to enlarge one takes half a minute
    check_holds(tmp_path / "x.png", pictures, large, inputs)
    with pytest.raises(InputError, match=r"\.webp holds no pictures of 20000 x "):
        check_holds(tmp_path / "x.webp", pictures, large, inputs)
