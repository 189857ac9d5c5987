"""`jnst.stylize`, from the pictures to the picture, with the small network."""

import dataclasses

import numpy as np
import PIL.Image
import pytest

import jnst
from jnst.errors import InputError
from jnst.optimize.optimizers import OPTIMIZERS
from jnst.pictures import colour, files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}  # what compiles quickly
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))


def test_paths_arrays_and_pil_images_give_the_same_picture(pair, tmp_path):
    content, style = pair
    path = tmp_path / "content.png"
    PIL.Image.fromarray(content).save(path)
    first = jnst.stylize(content, style, **BYHAND)
    assert first.shape == (1, 21, 32, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, jnst.stylize(str(path), samples.STYLE, **BYHAND))
    np.testing.assert_array_equal(first, jnst.stylize(path, np.asarray(style), **BYHAND))


def test_a_run_repeats_itself_and_the_seed_decides_the_noise(pair):
    pictures = [jnst.stylize(*pair, init="noise", seed=seed, **LIGHT) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).max() > 1e-3


def test_a_content_picture_is_enlarged_only_on_request(pair):
    content, style = pair
    small, quick = content[:24, :32], BYHAND | {"size": 48}
    assert jnst.stylize(small, style, **quick).shape == (1, 24, 32, 3)
    assert jnst.stylize(small, style, upscale=True, **quick).shape == (1, 36, 48, 3)


def test_absurd_weights_end_in_one_clear_line(pair):
    with pytest.raises(InputError, match="not a finite number"):
        jnst.stylize(*pair, style_weight=1e37, style_scale="half", **BYHAND)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, "scipy-lbfgs"])
def test_constant_pictures_stay_finite(optimizer):
    black, white = np.zeros((21, 32, 3), np.uint8), np.full((21, 32, 3), 255, np.uint8)
    picture = jnst.stylize(black, white, **BYHAND | {"optimizer": optimizer, "steps": (4,)})
    assert np.isfinite(files.read(picture)).all()


def test_preset_and_quality_are_what_the_settings_begin_with(pair):
    own = BYHAND | {"content_layers": ("relu2_1",), "style_layers": ("relu1_1", "relu2_1")}
    own["style_layer_weights"] = (0.5, 0.5)
    named = jnst.stylize(*pair, preset="gatys2016", quality="best", **own)
    same = dataclasses.replace(preset("gatys2016"), **own | {"steps": (9,)})
    np.testing.assert_array_equal(named, jnst.stylize(*pair, **dataclasses.asdict(same)))
    assert np.abs(named - jnst.stylize(*pair, **own | {"steps": (9,)})).max() > 1e-3
    for wrong in ({"preset": "gatys2017"}, {"quality": "fast"}):
        with pytest.raises(InputError, match=f"unknown {next(iter(wrong))} .*; choose from "):
            jnst.stylize(*pair, **wrong)


def test_an_unknown_setting_is_named(pair):
    with pytest.raises(InputError, match=r"unknown setting 'sise' .*; choose from method, "):
        jnst.stylize(*pair, sise=32)


def test_an_average_is_returned_where_it_is_asked_for(pair):
    settings = BYHAND | {"optimizer": "adam", "steps": (6,)}
    chosen = Settings(average=0.9, **settings)
    *_, last = paint(read(*pair, chosen), chosen)
    np.testing.assert_array_equal(jnst.stylize(*pair, average=0.9, **settings), last.best)
    assert np.abs(last.best - jnst.stylize(*pair, **settings)).max() > 1e-3


def test_squares_are_squares(pair):
    content, style = pair
    got = jnst.stylize(content, style, square=True, **BYHAND)
    squeezed = [resizing.resize(files.read(x), 32, 32) for x in (content, style)]
    np.testing.assert_array_equal(got, jnst.stylize(*squeezed, **BYHAND))
    assert got.shape == (1, 32, 32, 3)


FAINT = BYHAND | {"tv_weight": 0.0, "steps": (30,)}


@pytest.fixture(scope="module")
def faint(pair):
    """Return a photograph so faint that no colour leaves RGB, and the picture painted of it."""
    content = files.read(pair[0]) * 0.2 + 0.4
    return content, jnst.stylize(content, BARS, **FAINT)


@pytest.mark.parametrize("kind", colour.METHODS)
def test_the_colours_of_the_content_are_kept(faint, kind):
    content, plain = faint
    got = jnst.stylize(content, BARS, colour=kind, **FAINT)
    small = resizing.fit(content, 32)
    if kind == "luminance":
        chroma, expected = (x - (x @ colour.LUMA)[..., None] for x in (got, small))
        np.testing.assert_allclose(chroma, expected, atol=1e-6)
    one, other = (np.abs((x - small).mean(axis=(0, 1, 2))).max() for x in (got, plain))
    assert one < other
    assert np.abs(got - small).max() > 0.01


def test_one_mask_needs_no_list_and_one_that_is_stretched_is_said(pair, tmp_path):
    content, style = pair
    mask = np.zeros(content.shape[:2], bool)
    mask[:, :20] = True
    PIL.Image.fromarray(mask).save(tmp_path / "mask.png")
    alone = jnst.stylize(content, style, masks=mask, **BYHAND)
    np.testing.assert_array_equal(alone, jnst.stylize(content, style, masks=[mask], **BYHAND))
    path = tmp_path / "mask.png"
    np.testing.assert_array_equal(alone, jnst.stylize(content, style, masks=path, **BYHAND))
    np.testing.assert_array_equal(alone, jnst.stylize(content, style, masks=str(path), **BYHAND))
    with pytest.warns(UserWarning, match="the mask of .* is stretched over a picture of"):
        jnst.stylize(content, style, masks=mask[:, :24], **BYHAND)
    # It lies over the photograph as it was given, and is squeezed with it.
    jnst.stylize(content, style, masks=mask, square=True, **BYHAND)
    with pytest.warns(UserWarning, match="the picture to start from of .* is stretched over a"):
        jnst.stylize(content, style, start=content[:, :24], **BYHAND)


def test_bytes_and_open_files_are_pictures_too(pair, tmp_path):
    content, style = pair
    PIL.Image.fromarray(content).save(tmp_path / "content.png")
    data = (tmp_path / "content.png").read_bytes()
    expected = jnst.stylize(content, style, **BYHAND)
    np.testing.assert_array_equal(jnst.stylize(data, style, **BYHAND), expected)
    with open(tmp_path / "content.png", "rb") as file:
        np.testing.assert_array_equal(jnst.stylize(file, style, **BYHAND), expected)
