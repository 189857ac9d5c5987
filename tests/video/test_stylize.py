"""`jnst.stylize_video`: the film that `jnst video` makes, from a program."""

import dataclasses
import inspect
import os
import re
from pathlib import Path

import numpy as np
import pytest
from films import COUNT, STYLE, WORDS, make_inputs

import jnst
import jnst.cli
from jnst.errors import InputError
from jnst.transfer.settings import Settings
from jnst.video import encoding
from jnst.video.film import Film
from jnst.video.presets import preset
from jnst.video.settings import VideoSettings

pytestmark = pytest.mark.usefixtures("tiny", "working_folder")
LIGHT = {"size": 32, "steps": 4, "frame_steps": 2, "first_size": None, "style_loss": "gram"}
LIGHT |= {"engine": "byhand"}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return make_inputs(tmp_path_factory.mktemp("inputs"))


def left():
    return set(os.listdir()) - {"clip.mp4", "style.png"}


def test_it_is_the_film_that_the_command_makes(capsys):
    assert jnst.cli.main(["video", "clip.mp4", "style.png", *WORDS, "-o", "command.mp4"]) == 0
    capsys.readouterr()
    seen = []
    result = jnst.stylize_video("clip.mp4", "style.png", "out.mp4", callback=seen.append, **LIGHT)
    assert capsys.readouterr() == ("", "")
    assert Path("out.mp4").read_bytes() == Path("command.mp4").read_bytes()
    assert Path(result) == result.path == Path("out.mp4")
    assert result.frames == COUNT
    assert (result.settings.steps, result.video.frame_steps) == ((4,), 2)
    assert [(one.done, one.count) for one in seen] == [(i, COUNT) for i in range(1, COUNT + 1)]
    assert seen[0].progress.step == 4
    assert left() == {"command.mp4", "out.mp4"}


@pytest.mark.parametrize(
    ("begin", "end", "every", "count"), [(0.1, 0.25, 1, 2), (0.0, 0.35, 2, 2), (0.1, None, 1, 4)]
)
def test_a_part_as_numbered_pictures(begin, end, every, count, capsys, caplog):
    with caplog.at_level("INFO", "jnst"):
        result = jnst.stylize_video(
            "clip.mp4", STYLE, "shot-%01d.png", begin=begin, end=end, every=every, earlier=1,
            sound=False, verbose=True, **LIGHT,
        )  # fmt: skip
    assert result.frames == count
    assert left() == {f"shot-{i}.png" for i in range(1, count + 1)}
    assert f"frame 1 of {count}: 32 x 24 pixels" in capsys.readouterr().err
    told = [one.getMessage() for one in caplog.records if one.name == "jnst"]
    assert told[:-1] == [f"frame {i} of {count}" for i in range(1, count + 1)]
    assert re.fullmatch(rf"wrote shot-%01d.png, {count} frames, in \d+\.\d s", told[-1])


def test_quality_and_preset_are_what_the_settings_begin_with():
    options = {"size": 32, "engine": "byhand", "content_layers": "relu1_1", "end": 0.15}
    options |= {"style_layers": "relu1_1", "style_layer_weights": 1.0, "steps": 4, "passes": 1}
    result = jnst.stylize_video(
        "clip.mp4", STYLE, "out.mkv", preset="artistic-videos", quality="draft", frame_steps=5,
        **options,
    )  # fmt: skip
    assert result.video == VideoSettings(frame_steps=2, temporal_weight=1000 * 255.0**2)
    assert result.settings.steps == (1,)
    assert result.settings.padding == preset("artistic-videos")[0].padding == "zeros"
    assert result.frames == 2


def stopping(at, error):
    def stop(moment):
        if moment.done == at:
            raise error

    return stop


def test_interrupted_it_is_written_as_far_as_it_goes_and_goes_on():
    jnst.stylize_video("clip.mp4", STYLE, "whole.mp4", **LIGHT)
    with pytest.raises(KeyboardInterrupt):
        jnst.stylize_video(
            "clip.mp4", STYLE, "out.mp4", callback=stopping(2, KeyboardInterrupt()), **LIGHT
        )
    assert len(Film(Path("out.mp4")).times) == 2
    with pytest.raises(InputError, match="holds a film that is not finished; go on with it by res"):
        jnst.stylize_video("clip.mp4", STYLE, "out.mp4", **LIGHT)
    seen = []
    jnst.stylize_video("clip.mp4", STYLE, "out.mp4", callback=seen.append, resume=True, **LIGHT)
    assert [one.done for one in seen] == [3, 4, 5]
    assert Path("out.mp4").read_bytes() == Path("whole.mp4").read_bytes()
    assert left() == {"whole.mp4", "out.mp4"}


def test_before_the_first_frame_nothing_is_left(monkeypatch):
    def broken(*arguments):
        raise InputError("the loss is not a finite number")
        yield

    monkeypatch.setattr("jnst.video.run.paint_film", broken)
    with pytest.raises(InputError, match="not a finite number"):
        jnst.stylize_video("clip.mp4", STYLE, "out.mp4", **LIGHT)
    assert not left()


def test_frames_stay_where_the_film_cannot_be_written(monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(encoding, "_write_film", full)
        with pytest.raises(InputError, match=r"cannot write 'out.mp4': No space left on device"):
            jnst.stylize_video("clip.mp4", STYLE, "out.mp4", checkpoint="kept", **LIGHT)
    assert left() == {"kept"}
    seen = []
    jnst.stylize_video(
        "clip.mp4", STYLE, "out.mp4", checkpoint="kept", resume=True, callback=seen.append, **LIGHT
    )
    assert not seen
    assert len(Film(Path("out.mp4")).times) == COUNT


BAD = {
    "unknown setting 'sise' .*; choose from masks, .*, hold, ": {"sise": 3},
    "give at least one style picture": {"style": ()},
    "cannot read 'none.mp4'": {"clip": "none.mp4"},
    "a moving picture is .mp4": {"output": "out.avi"},
    "the output clip.mp4 is one of the pictures": {"output": "clip.mp4"},
    "there is no folder 'none'": {"output": "none/out.mp4"},
    "frame_steps must be a number of at least 1, not 0": {"frame_steps": 0},
    "steady must be True or False, not 1": {"steady": 1},
    "size must be a number of at least 1, not 0": {"size": 0},
    "unknown preset 'gatys2017'": {"preset": "gatys2017"},
    "there is no frame from 9 s on": {"begin": 9.0},
}


@pytest.mark.parametrize("says", BAD)
def test_bad_input_is_one_line_and_nothing_is_left(says):
    options = {"clip": "clip.mp4", "style": STYLE, "output": "out.mp4", **LIGHT} | BAD[says]
    with pytest.raises(InputError, match=says) as caught:
        jnst.stylize_video(**options)
    assert "\n" not in str(caught.value)
    assert not left()


def test_a_mask_that_is_stretched_is_said():
    mask = np.zeros((24, 16), bool)
    mask[:, :8] = True
    with pytest.warns(UserWarning, match="the mask of 16 x 24 pixels is stretched"):
        jnst.stylize_video("clip.mp4", STYLE, "out.mkv", masks=mask, end=0.05, **LIGHT)


def test_help_shows_every_setting_with_its_default():
    parameters = inspect.signature(jnst.stylize_video).parameters
    for field in (*dataclasses.fields(Settings), *dataclasses.fields(VideoSettings)):
        assert parameters[field.name].default == field.default
        assert f"- `{field.name}=" in inspect.getdoc(jnst.stylize_video) or field.name == "method"
