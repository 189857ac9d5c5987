"""`jnst video`: what is written and said, how it ends, and what it refuses."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from films import COUNT, WORDS, make_inputs, packets, scene

import jnst.cli
from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs import checkpoint
from jnst.video import encoding, recipe
from jnst.video.film import Film
from jnst.video.frames import open_clip

pytestmark = pytest.mark.usefixtures("tiny", "working_folder")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return make_inputs(tmp_path_factory.mktemp("inputs"))


def video(*words, clip="clip.mp4", style="style.png", light=WORDS):
    return jnst.cli.main(["video", *filter(None, (clip, style)), *light, *words])


@contextlib.contextmanager
def stopped_at(stop):
    """Let films fail before the frame of this number, counted from 0."""
    paint = recipe._steps

    def fail(film, store, number, turn, *, backwards):
        if number == stop:
            raise InputError("the power went")
        return paint(film, store, number, turn, backwards=backwards)

    with mock.patch.object(recipe, "_steps", fail):
        yield


def test_a_film_is_painted_with_its_sound_and_nothing_is_left(capsys):
    assert video() == 0
    told = capsys.readouterr()
    assert told.out.startswith("wrote clip-style.mp4 (32 x 24, 5 of 5 frames), in ")
    assert told.err == "jnst: frame 1 of 5: 32 x 24 pixels\n"
    assert [data for _, data in packets("clip-style.mp4")] == [d for _, d in packets("clip.mp4")]
    film, source = Film(Path("clip-style.mp4")), Film(Path("clip.mp4"))
    assert film.times == source.times
    assert film.duration == source.duration
    assert np.abs(film.frame(4).astype(int) - source.frame(4)).mean() > 5
    assert sorted(os.listdir()) == ["clip-style.mp4", "clip.mp4", "style.png"]
    assert video("--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert Path("clip-style-2.mp4").read_bytes() == Path("clip-style.mp4").read_bytes()


def test_a_part_without_sound_as_numbered_pictures():
    assert video("--from", "0.1", "--to", "0.5", "--every", "2", "-o", "shot-%02d.png") == 0
    assert sorted(path.name for path in Path().glob("shot*")) == ["shot-01.png", "shot-02.png"]
    assert video("--every", "2", "--no-sound", "-o", "out.mkv") == 0
    film = Film(Path("out.mkv"))
    assert film.sound is None
    assert len(film.times) == 3
    assert float(film.duration) == pytest.approx(0.5, abs=2e-3)
    # What comes out goes in again.
    assert video("--rate", "2.5", "-o", "again.mp4", clip="shot-%02d.png") == 0
    assert float(Film(Path("again.mp4")).duration) == pytest.approx(0.8)


def test_transparency_and_colours_are_the_films_own(capsys):
    os.mkdir("shots")
    alpha = np.ones((1, 24, 32, 1), np.float32)
    alpha[:, :12] = 0
    for i in range(2):
        files.write(f"shots/{i}.png", scene(i), alpha=alpha)
    assert video("--colour", "luminance", "-o", "out-%01d.png", clip="shots") == 0
    picture, found = files.read_with_alpha("out-2.png")
    np.testing.assert_array_equal(found, alpha)
    content = files.read("shots/1.png")
    chroma = [x[0, 16:, :, 0] - x[0, 16:, :, 2] for x in (picture, content)]
    assert np.corrcoef(chroma[0].ravel(), chroma[1].ravel())[0, 1] > 0.9


def test_frames_are_painted_in_one_pass_and_held(monkeypatch):
    def paint(held):
        output = f"{held}.mkv"
        words = ["--hold", str(held), "--quality", "instant", "-o", output]
        assert video(*words, light=["--size", "32"]) == 0
        film = Film(Path(output))
        return [film.frame(i).astype(int) for i in range(COUNT)]

    class Plan:
        costs = (1.0,)

        def __init__(self, pictures):
            self.picture = pictures.content

        def steps(self, *, every=10, point=None):
            from jnst.methods.progress import Progress

            noise = np.random.default_rng(int(self.picture.sum() * 1e4)).random((1, 24, 32, 3))
            picture = (0.8 * self.picture + 0.2 * noise).astype(np.float32)
            yield Progress(1, 0.0, {}, picture, picture, 0.0, 1.0, None)

    class Noisy:
        def load(self, settings, *, many=False):
            return None

        def plan(self, pictures, settings, *, loaded=None):
            return Plan(pictures)

    monkeypatch.setitem(recipe.METHODS, "ghiasi", Noisy())
    changes = {
        held: np.mean([np.abs(a[:, :-1] - b[:, 1:]).mean() for a, b in zip(x[1:], x, strict=False)])
        for held, x in ((held, paint(held)) for held in (0.0, 0.9))
    }
    assert changes[0.9] < 0.7 * changes[0.0]
    assert video("--quality", "instant", "--passes", "2", light=[]) == 2


def test_of_several_frames_a_second_line_is_said_each_minute(capsys, monkeypatch):
    monkeypatch.setattr("jnst.commands.video.MINUTE", 0)
    assert video("-o", "out.mp4") == 0
    assert capsys.readouterr().err.splitlines()[1:] == [
        f"jnst: frame {i} of 5" for i in range(1, COUNT + 1)
    ]


KILLED = ["-m", "jnst", "video", "clip.mp4", "style.png", *WORDS]
START = """
import signal, sys
from tiny import installed
import jnst.cli
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
with installed():
    sys.exit(jnst.cli.main(sys.argv[1:]))
"""


def start(*words):
    support = str(Path(__file__).parents[1] / "support")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([support, *sys.path])}
    command = [sys.executable, "-c", START, *KILLED[2:], *words]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def done(folder):
    path = Path(folder, "film.json")
    return json.loads(path.read_text())["done"] if path.exists() else 0


def wait_for(process, folder, count):
    while process.poll() is None and done(folder) < count:
        time.sleep(0.005)


@pytest.mark.slow
def test_a_film_killed_again_and_again_is_the_same_in_the_end():
    """SIGKILL at random moments; JNST_KILLS says how often."""
    assert video("-o", "whole.mp4", "--frame-steps", "20") == 0
    chance, words = np.random.default_rng(1), ("-o", "out.mp4", "--frame-steps", "20", "--resume")
    counts = set()
    for _ in range(int(os.environ.get("JNST_KILLS", 2))):
        with start(*words) as process:
            wait_for(process, "out.mp4.frames", done("out.mp4.frames") + 1)
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
        counts.add(done("out.mp4.frames"))
    assert counts - {0}, "no kill came in the middle"
    with start(*words) as process:
        assert process.wait(300) == 0
    assert Path("out.mp4").read_bytes() == Path("whole.mp4").read_bytes()
    assert not Path("out.mp4.frames").exists()


@pytest.mark.slow
def test_ctrl_c_leaves_a_film_of_what_there_is_and_it_goes_on(capsys):
    assert video("-o", "whole.mp4", "--frame-steps", "400") == 0
    with start("-o", "out.mp4", "--frame-steps", "400") as process:
        wait_for(process, "out.mp4.frames", 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert "go on by --resume" in process.stderr.read()
    film = Film(Path("out.mp4"))
    assert 1 <= len(film.times) < COUNT
    assert film.duration == pytest.approx(len(film.times) / 10)
    assert len(packets("out.mp4")) < len(packets("clip.mp4"))
    assert video("-o", "out.mp4", "--frame-steps", "400") == 2
    assert capsys.readouterr().err.endswith(
        "jnst: out.mp4.frames holds a film that is not finished; go on with it by --resume, or "
        "remove the folder\n"
    )
    assert video("-o", "out.mp4", "--frame-steps", "7", "--resume") == 2
    assert "has other settings of the film; go on with it as it is" in capsys.readouterr().err
    assert video("-o", "out.mp4", "--frame-steps", "400", "--resume") == 0
    assert "going on after" in capsys.readouterr().err
    assert Path("out.mp4").read_bytes() == Path("whole.mp4").read_bytes()


def test_a_film_that_ends_too_early_is_kept_as_far_as_it_goes(capsys, monkeypatch):
    clip = open_clip(Path("clip.mp4"))
    frame = type(clip).frame

    def damaged(self, number):
        if number == 3:
            raise InputError("cannot read 'clip.mp4' beyond frame 3: the file ends there")
        return frame(self, number)

    monkeypatch.setattr(type(clip), "frame", damaged)
    assert video("-o", "out.mkv") == 2
    told = capsys.readouterr()
    assert told.out.startswith("interrupted: wrote out.mkv (32 x 24, 3 of 5 frames), in ")
    assert told.err.endswith("jnst: cannot read 'clip.mp4' beyond frame 3: the file ends there\n")
    assert len(Film(Path("out.mkv")).times) == 3
    assert len(packets("out.mkv")) < len(packets("clip.mp4")) - 5


BAD = {
    (): "name a painting, or several, after the film",
    ("none.png",): "cannot read 'none.png'",
    ("style.png", "-o", "out.avi"): "a moving picture is .mp4",
    ("style.png", "-o", "clip.mp4"): "the output clip.mp4 is one of the pictures",
    ("style.png", "-o", "none/out.mp4"): "there is no folder 'none'",
    ("style.png", "--from", "9"): "there is no frame from 9 s on; the last one is at 0.4 s",
    ("style.png", "--every", "0"): "--every must be a number of at least 1, not 0",
    ("style.png", "--rate", "5"): "--rate is for numbered pictures; a film has its own",
    ("style.png", "--frame-steps", "0"): "--frame-steps must be a number of at least 1, not 0",
    ("style.png", "--size", "0"): "--size must be a number of at least 1, not 0",
    ("style.png", "--flow", "raft"): "weights raft-small.h5 not found in",
    ("style.png", "--flow-files", "none"): "there is no backward_2_1.flo or backward_2_1.npz",
    ("style.png", "--flow-files", "none", "--no-steady"): "flow-files takes the place of flow",
    ("style.png", "--square"): "a film keeps its shape; leave out --square",
    ("style.png", "--no-steady", "--earlier", "1", "2"): "--earlier means nothing to frames that",
    ("style.png", "--hold", "0.5"): "--hold means nothing to method pixels; leave it out",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_one_line_and_nothing_is_left(words, capsys):
    alone = "--no-steady" in words
    light = [word for word in WORDS if not (alone and word in ("--frame-steps", "2"))]
    assert video(*words, style=None, light=light) == 2
    told = capsys.readouterr()
    lines = [line for line in told.err.splitlines() if not line.startswith("jnst: frame ")]
    assert len(lines) == 1
    assert BAD[words] in lines[-1]
    assert sorted(os.listdir()) == ["clip.mp4", "style.png"]


@pytest.mark.parametrize("clip", [None, "none.mp4", "style.png", "empty.mp4"])
def test_what_is_no_film_is_one_line(clip, capsys):
    Path("empty.mp4").touch()
    assert video(clip=clip, style="style.png" if clip else None) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "jnst stylize paints" in told or clip != "style.png"
    expected = f"cannot read '{clip}'" if clip else "name a film and a painting, as in: jnst video"
    assert expected in told


def test_no_space_is_one_line_and_the_frames_stay(capsys, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encoding, "_write_film", full)
    assert video("-o", "out.mp4") == 2
    told = capsys.readouterr()
    assert told.err.endswith("jnst: cannot write 'out.mp4': No space left on device\n")
    assert not Path("out.mp4").exists()
    assert done("out.mp4.frames") == COUNT


def test_presets_are_listed_and_options_still_apply(capsys):
    assert jnst.cli.main(["video", "--list", "presets"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].startswith("artistic-videos            Ruder, Dosovitskiy and Brox, GCPR 2016")
    assert [line.split()[0] for line in listed][-1] == "crowson"
    words = ["--preset", "artistic-videos", "--frame-steps", "2", "--steps", "2", "-o", "out.mkv"]
    layers = [
        "--style-layers",
        "relu1_1",
        "--style-layer-weights",
        "1",
        "--content-layers",
        "relu1_1",
    ]
    assert video(*words, *layers, light=["--size", "32", "--engine", "byhand"]) == 0
    assert jnst.cli.main(["video", "clip.mp4", "style.png", "--preset", "nobody"]) == 2
    assert "--preset must be artistic-videos" in capsys.readouterr().err


def test_frames_of_the_user_are_never_written_over(capsys):
    for i in range(1, 4):
        files.write(f"src-{i}.png", scene(i))
    before = Path("src-2.png").read_bytes()
    for output in ("src-%01d.png", "./src-%01d.png"):
        assert video("-o", output, clip="src-%01d.png") == 2
        assert "is one of the pictures; choose another name" in capsys.readouterr().err
    files.write("out-2.png", scene(2), software="a camera")
    assert video("-o", "out-%01d.png", clip="src-%01d.png") == 2
    assert "out-2.png is there, and jnst did not make it" in capsys.readouterr().err
    assert Path("src-2.png").read_bytes() == before
    os.remove("out-2.png")
    assert video("-o", "out-%01d.png", clip="src-%01d.png") == 0
    assert video("-o", "out-%01d.png", clip="src-%01d.png") == 0, "our own are replaced"
    assert video("--to", "0.05", "-o", "out-%01d.png", clip="src-%01d.png") == 2
    assert "out-3.png is there, of a longer film" in capsys.readouterr().err


def test_the_film_that_was_begun_is_resumed_whatever_its_name(capsys):
    assert video() == 0
    whole = Path("clip-style.mp4").read_bytes()
    with stopped_at(2):
        assert video() == 2
    assert "wrote clip-style-2.mp4" in capsys.readouterr().out
    os.remove("clip-style-2.mp4")
    assert video("--resume") == 0
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == ["jnst: going on after 2 of 5 frames", "jnst: frame 3 of 5: 32 x 24 pixels"]
    assert Path("clip-style-2.mp4").read_bytes() == whole == Path("clip-style.mp4").read_bytes()
    assert video("--resume") == 0, "there is none to go on with: a new one"
    assert Path("clip-style-3.mp4").exists()


def test_a_film_that_another_run_paints_is_left_alone(capsys):
    with checkpoint.held(Path("out.mp4.frames")):
        assert video("-o", "out.mp4") == 2
        assert "another run keeps its own there" in capsys.readouterr().err
        assert Path("out.mp4.frames/.jnst-lock").exists()


def test_later_frames_may_be_transparent_and_lost_sound_is_told_of(capsys):
    os.mkdir("shots")
    files.write("shots/0.png", scene(0))
    alpha = np.zeros((1, 24, 32, 1), np.float32)
    files.write("shots/1.png", scene(1), alpha=alpha)
    assert video("-o", "out-%01d.png", clip="shots") == 0
    assert files.read_with_alpha("out-1.png")[1] is None
    np.testing.assert_array_equal(files.read_with_alpha("out-2.png")[1], alpha)
    capsys.readouterr()
    assert video("-o", "out.gif") == 0
    assert "jnst: out.gif has no sound: choose .mp4" in capsys.readouterr().err


def test_the_users_own_folder_stays_and_other_weights_are_noticed(capsys):
    assert video("--checkpoint", "kept", "-o", "a.mp4", "--to", "0.15") == 0
    assert os.listdir("kept") == [".jnst-lock"]
    with stopped_at(2):
        assert video("--checkpoint", "kept", "-o", "b.mp4") == 2
    os.remove("style.png")
    files.write("style.png", np.random.default_rng(1).random((24, 24, 3)))
    assert video("--checkpoint", "kept", "-o", "b.mp4", "--resume") == 2
    assert "kept has other styles; go on with it as it is" in capsys.readouterr().err


def test_a_disk_without_room_is_told_of_before(capsys, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1000))
    assert video("-o", "out.mp4") == 2
    assert "the frames of the film take 0.0 GB, and 0.0 GB are free" in capsys.readouterr().err


def test_an_interrupted_film_says_where_its_frames_are_in_json_too(capsys):
    with stopped_at(2):
        assert video("--json", "-o", "out.mkv") == 2
    told = capsys.readouterr()
    assert "jnst: the finished frames are in out.mkv.frames; go on by --resume\n" in told.err
    found = json.loads(told.out)
    assert (found["interrupted"], found["painted"]) == (True, 2)
    assert found["checkpoint"] == "out.mkv.frames"


def test_what_came_of_a_film_and_how_steady_it_is_as_json(capsys):
    assert video("--json", "-o", "out.mkv") == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("seconds") > 0
    size = {"output": "out.mkv", "width": 32, "height": 24}
    ended = {"interrupted": False, "painted": COUNT, "frames": COUNT, "checkpoint": None}
    assert found == {**size, **ended}
    words = ["out.mkv", "clip.mp4", "--video", "clip.mp4", "--json", "--csv", "t.csv"]
    assert jnst.cli.main(["compare", *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["results"] == ["out.mkv", "clip.mp4"]
    names = [row["measure"] for row in found["measures"]]
    assert names[:2] == ["warping error, mean", "flicker, mean"]
    assert len(names) == 2 + 2 * (COUNT - 1)
    assert len(Path("t.csv").read_text().splitlines()) == 1 + len(names)
