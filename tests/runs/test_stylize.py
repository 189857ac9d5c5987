"""`jnst.stylize`, from the pictures to the picture, with the small network."""

import dataclasses
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import jnst
import jnst.cli
from jnst.errors import InputError
from jnst.optimize.optimizers import OPTIMIZERS
from jnst.pictures import colour, files, resizing, samples
from jnst.runs.record import Inputs
from jnst.transfer.methods import METHODS
from jnst.transfer.pictures import read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}  # what compiles quickly
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
LAYERS = {"content_layers": ["relu2_1"], "style_layers": "relu1_1", "style_layer_weights": 1.0}
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))


def test_paths_arrays_and_pil_images_give_the_same_picture(pair, tmp_path):
    content, style = pair
    path = tmp_path / "content.png"
    PIL.Image.fromarray(content).save(path)
    first = jnst.stylize(content, style, **BYHAND)
    assert first.array.shape == (21, 32, 3)
    assert first.array.dtype == np.float32
    np.testing.assert_array_equal(first, jnst.stylize(str(path), samples.STYLE, **BYHAND))
    np.testing.assert_array_equal(first, jnst.stylize(path, np.asarray(style), **BYHAND))


def test_a_run_repeats_itself_and_the_seed_decides_the_noise(pair):
    pictures = [jnst.stylize(*pair, init="noise", seed=seed, **LIGHT) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0].array - pictures[2].array).max() > 1e-3


def test_a_content_picture_is_enlarged_only_on_request(pair):
    content, style = pair
    small, quick = content[:24, :32], BYHAND | {"size": 48}
    assert jnst.stylize(small, style, **quick).array.shape == (24, 32, 3)
    assert jnst.stylize(small, style, upscale=True, **quick).array.shape == (36, 48, 3)


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
    assert named.settings == same
    other = jnst.stylize(*pair, **own | {"steps": (9,)})
    assert np.abs(named.array - other.array).max() > 1e-3
    for wrong in ({"preset": "gatys2017"}, {"quality": "fast"}):
        with pytest.raises(InputError, match=f"unknown {next(iter(wrong))} .*; choose from "):
            inspect.unwrap(jnst.stylize)(*pair, **wrong)  # elsewhere types are checked


def test_an_unknown_setting_is_named(pair):
    with pytest.raises(InputError, match=r"setting 'sise' .*; choose from masks, .*, size, "):
        jnst.stylize(*pair, sise=32)


WRONG = """
import jnst
for wrong in ({"method": "oil"}, {"method": 1.5}, {"size": "big"}, {"steps": [2.5]}, {"square": 1}):
    try: jnst.stylize("photo.jpg", "painting.jpg", **wrong)
    except jnst.InputError as error: print(error)
"""


def test_values_of_wrong_types_are_refused_in_one_line():
    """In a process of its own, for in this one types are checked at every call."""
    ended = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True)
    methods = ", ".join(METHODS)
    assert (ended.stdout.splitlines(), ended.stderr) == (
        [
            f"unknown method 'oil'; choose from {methods}",
            f"unknown method 1.5; choose from {methods}",
            "size must be a whole number, not 'big'",
            "steps[0] must be a whole number, not 2.5",
            "square must be True or False, not 1",
        ],
        "",
    )


def test_an_average_is_returned_where_it_is_asked_for(pair):
    settings = BYHAND | {"optimizer": "adam", "steps": (6,)}
    chosen = Settings(average=0.9, **settings)
    *_, last = paint(read(*pair, chosen), chosen)
    (best,) = last.best
    np.testing.assert_array_equal(jnst.stylize(*pair, average=0.9, **settings), best)
    assert np.abs(best - jnst.stylize(*pair, **settings).array).max() > 1e-3


def test_squares_are_squares(pair):
    content, style = pair
    got = jnst.stylize(content, style, square=True, **BYHAND)
    squeezed = [resizing.resize(files.read(x), 32, 32) for x in (content, style)]
    np.testing.assert_array_equal(got, jnst.stylize(*squeezed, **BYHAND))
    assert got.array.shape == (32, 32, 3)


FAINT = BYHAND | {"tv_weight": 0.0, "steps": (30,)}


@pytest.fixture(scope="module")
def faint(pair):
    """Return a photograph so faint that no colour leaves RGB, and the picture painted of it."""
    content = files.read(pair[0]) * 0.2 + 0.4
    return content, jnst.stylize(content, BARS, **FAINT).array


@pytest.mark.parametrize("kind", colour.METHODS)
def test_the_colours_of_the_content_are_kept(faint, kind):
    content, plain = faint
    got = jnst.stylize(content, BARS, colour=kind, **FAINT).array
    (small,) = resizing.fit(content, 32)
    if kind == "luminance":
        chroma, expected = (x - (x @ colour.LUMA)[..., None] for x in (got, small))
        np.testing.assert_allclose(chroma, expected, atol=1e-6)
    one, other = (np.abs((x - small).mean(axis=(0, 1))).max() for x in (got, plain))
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
    with pytest.warns(UserWarning, match="the mask of .* is stretched over the photograph of"):
        jnst.stylize(content, style, masks=mask[:, :24], **BYHAND)
    # It lies over the photograph as it was given, and is squeezed with it.
    jnst.stylize(content, style, masks=mask, square=True, **BYHAND)
    with pytest.warns(UserWarning, match="the picture to start from of .* is stretched over the p"):
        jnst.stylize(content, style, start=content[:, :24], **BYHAND)


def test_bytes_and_open_files_are_pictures_too(pair, tmp_path):
    content, style = pair
    PIL.Image.fromarray(content).save(tmp_path / "content.png")
    data = (tmp_path / "content.png").read_bytes()
    expected = jnst.stylize(content, style, **BYHAND)
    np.testing.assert_array_equal(jnst.stylize(data, style, **BYHAND), expected)
    with open(tmp_path / "content.png", "rb") as file:
        np.testing.assert_array_equal(jnst.stylize(file, style, **BYHAND), expected)


def test_callback_gets_each_step_and_losses_are_theirs(pair):
    seen = []
    result = jnst.stylize(*pair, callback=seen.append, **BYHAND)
    assert [one.step for one in seen] == [1, 2, 3]
    assert set(result.losses) == {"total", *seen[0].parts}
    for name, course in result.losses.items():
        expected = [one.total if name == "total" else one.parts[name] for one in seen]
        np.testing.assert_array_equal(course, expected)
    np.testing.assert_array_equal(result, seen[-1].best[0])


def test_what_a_callback_raises_ends_the_run(pair):
    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jnst.stylize(*pair, callback=stop, **BYHAND)


def test_verbose_shows_the_line_and_by_default_nothing_is_shown(pair, capsys):
    jnst.stylize(*pair, **BYHAND)
    assert capsys.readouterr() == ("", "")
    jnst.stylize(*pair, verbose=True, **BYHAND)
    assert capsys.readouterr() == ("", "jnst: step 1 of 3: 32 x 21 pixels\n")


@pytest.mark.parametrize("steps", [8, [8], np.array([8])])
def test_one_value_or_a_list_will_do(pair, steps):
    result = jnst.stylize(*pair, **BYHAND | {"steps": steps, "style_layers": "relu1_1"})
    assert result.settings.steps == (8,)
    assert result.settings.style_layers == ("relu1_1",)
    assert len(result.losses["total"]) == 8


def test_help_shows_every_setting_with_its_default():
    parameters = inspect.signature(jnst.stylize).parameters
    for field in dataclasses.fields(Settings):
        assert parameters[field.name].default == field.default
    text = pydoc.render_doc(jnst.stylize, renderer=pydoc.plaintext)
    assert "\n    - `size=512`: Long side of the result in pixels, at most.\n" in text
    assert text.count("\n    - `") == len(dataclasses.fields(Settings)) - 1  # `method` is above


def test_what_happens_is_logged(pair, caplog):
    with caplog.at_level("DEBUG", "jnst"):
        jnst.stylize(*pair, **BYHAND)
    told = [(one.name, one.levelname, one.getMessage()) for one in caplog.records]
    assert ("jnst", "INFO", "step 1 of 3: 32 x 21 pixels") in told
    assert sum(level == "DEBUG" for _, level, _ in told) == 3
    assert re.fullmatch(r"painted 32 x 21 pixels in \d+\.\d s", told[-1][2])


def test_a_saved_picture_is_made_again_by_like(pair, tmp_path, capsys):
    PIL.Image.fromarray(pair[0]).save(tmp_path / "photo.png")
    PIL.Image.fromarray(BARS).save(tmp_path / "bars.png")
    photo, bars = str(tmp_path / "photo.png"), tmp_path / "bars.png"
    result = jnst.stylize(photo, bars, preset="gatys2015", **BYHAND | LAYERS)
    result.save(tmp_path / "result.png")
    again = tmp_path / "again.png"
    words = ["stylize", "--like", str(tmp_path / "result.png"), "-o", str(again), "--no-cache"]
    assert jnst.cli.main(words) == 0
    assert again.read_bytes() == (tmp_path / "result.png").read_bytes()


def test_what_was_made_of_arrays_is_not_made_again_of_other_pictures(pair, tmp_path, capsys):
    jnst.stylize(pair[0], samples.STYLE, **BYHAND).save(tmp_path / "result.png")
    assert jnst.cli.main(["stylize", "--like", str(tmp_path / "result.png")]) == 2
    assert "was made of an array, which is not there; " in capsys.readouterr().err


def test_every_picture_is_named(pair, tmp_path):
    content, _ = pair
    path, halves, array = tmp_path / "photo.png", tmp_path / "halves.png", Path("an array")
    half = np.arange(content.shape[1]) < 150 + np.zeros((len(content), 1))
    PIL.Image.fromarray(content).save(path)
    PIL.Image.fromarray(half).save(halves)
    labels = {"labels": half, "style_labels": [str(halves), halves]}
    result = jnst.stylize(path, [path, content], start=content, **labels, **BYHAND)
    assert result.inputs == Inputs(
        path, (path, array), labels=array, style_labels=(halves, halves), start=array
    )
    masks = {"masks": [half, halves], "style_masks": [halves, half]}
    result = jnst.stylize(path, [path, path], **masks, **BYHAND)
    assert result.inputs == Inputs(
        path, (path, path), masks=(array, halves), style_masks=(halves, array)
    )


def test_transparency_is_kept(pair, tmp_path):
    alpha = np.full((*pair[0].shape[:2], 1), 255, np.uint8)
    alpha[:100] = 0
    result = jnst.stylize(np.concatenate([pair[0], alpha], axis=-1), pair[1], **BYHAND)
    result.save(tmp_path / "a.png", depth=16)
    _, found = files.read_with_alpha(tmp_path / "a.png")
    np.testing.assert_allclose(found[0], result.alpha, atol=1 / 65535)
    assert result.alpha.min() == 0
    assert result.alpha.max() == 1


def test_a_result_is_a_picture_too(pair):
    first = jnst.stylize(*pair, **BYHAND)
    again = jnst.stylize(first, pair[1], **BYHAND)
    np.testing.assert_array_equal(again, jnst.stylize(first.array, pair[1], **BYHAND))
