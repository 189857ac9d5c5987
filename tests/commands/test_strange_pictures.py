"""Strange pictures and names through whole commands: a good picture, or one line."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers import ROOT, check_refused

import jnst.cli
from jnst.pictures import files
from jnst.system import disk

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]
SHALLOW = ["--content-layers", "relu1_1", "--style-layers", "relu1_1"]
RNG = np.random.default_rng(0)


def noise(height, width, *, channels=3):
    return PIL.Image.fromarray(RNG.integers(0, 256, (height, width, channels), dtype=np.uint8))


@pytest.fixture(autouse=True)
def _in_a_folder_with_two_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    noise(40, 50).save("photo.png")
    noise(40, 50).save("painting.png")


def run(*words):
    return jnst.cli.main(["stylize", *map(str, words), *SMALL])


@pytest.mark.parametrize("size", [(1, 60), (60, 1), (3, 20000), (1, 1)])
def test_the_smallest_pictures_are_painted_with_layers_that_see_them(size):
    noise(*size).save("thin.png")
    assert run("thin.png", "painting.png", *SHALLOW, "-o", "out.png") == 0
    longest = max(size)
    expected = tuple(max(1, round(side * min(1, 32 / longest))) for side in size)
    assert files.read("out.png").shape[1:3] == expected
    assert run("photo.png", "thin.png", *SHALLOW, "-o", "out.png") == 0


def test_depth_16(capsys):
    deep = RNG.integers(0, 65536, (40, 50, 4), dtype=np.uint16)
    deep[..., 3] = np.linspace(30000, 65535, 50)
    tifffile.imwrite("deep.tif", deep, photometric="rgb", extrasamples=["unassalpha"])
    assert run("deep.tif", "painting.png", "--depth", 16, "--save-every", 1, "-o", "out.tif") == 0
    with tifffile.TiffFile("out.tif") as found:
        levels = found.pages.first.asarray()
    assert levels.dtype == np.uint16
    assert levels.shape == (26, 32, 4)
    assert len(np.unique(levels % 257)) > 200, "not 8 bits made longer"
    assert len(np.unique(levels[..., 3] % 257)) > 20
    assert files.read_settings("out.tif")["content"] == "deep.tif"
    assert Path("out-0002.tif").stat().st_size == Path("out.tif").stat().st_size
    before = sorted(os.listdir())
    capsys.readouterr()
    status = run("deep.tif", "painting.png", "--depth", 16, "-o", "out.jpg")
    check_refused(status, capsys.readouterr(), "choose from .png, .tif, .tiff", before)


def test_dreams_of_depth_16(capsys):
    words = ["--size", "64", "--steps", "1", "--no-cache", "--backbone", "vgg19", "--octaves", "1"]
    words += ["--layers", "relu2_1", "--depth", "16"]
    assert jnst.cli.main(["dream", "photo.png", *words, "-o", "out.png"]) == 0
    assert Path("out.png").read_bytes()[24] == 16
    capsys.readouterr()
    before = sorted(os.listdir())
    for output, *more in (["out.webp"], ["out.gif", "--frames", "2"]):
        status = jnst.cli.main(["dream", "photo.png", *words, "-o", output, *more])
        check_refused(status, capsys.readouterr(), "choose from .png", before)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif"])
def test_the_first_of_several_pictures_is_said_to_be_taken(capsys, suffix):
    name = f"moving.{suffix}"
    noise(40, 50).save(name, save_all=True, append_images=[noise(40, 50)])
    assert run(name, "painting.png", "-o", "out.png") == 0
    told, size = capsys.readouterr().err.splitlines()
    assert size.startswith("jnst: step 1 of ")
    assert told == f"jnst: {name} holds several pictures; the first is taken"
    assert run(name, "painting.png", "-o", "out.png", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_other_commands_say_it_too(capsys):
    noise(40, 50).save("a.gif", save_all=True, append_images=[noise(40, 50)])
    said = "jnst: a.gif holds several pictures; the first is taken\n"
    sweep = ["sweep", "a.gif", "painting.png", "--vary", "seed=0,1", *SMALL, *SHALLOW]
    compare = ["compare", "a.gif", "photo.png", "--content", "photo.png", "--style", "a.gif"]
    for words in (sweep, [*compare, "--size", "32", "--engine", "byhand"]):
        assert jnst.cli.main(words) == 0
        assert capsys.readouterr().err.count(said) == 1


STRANGE = ["Größe 浪.png", "-dash.png", os.fsdecode(b"caf\xe9.png"), "a\nb.png", "n" * 251 + ".png"]


@pytest.mark.parametrize("name", STRANGE, ids=range(len(STRANGE)))
def test_strange_names(capsys, name):
    noise(40, 50).save(name)
    assert run(f"./{name}", "painting.png", "--quiet") == 0
    assert capsys.readouterr().err == ""
    (made,) = set(os.listdir()) - {name, "photo.png", "painting.png"}
    assert made.startswith(Path(name).stem[:100])
    assert len(os.fsencode(made)) <= disk.LONGEST
    assert files.read_settings(made)["content"] == name
    assert run("--like", f"./{made}", "-o", "again.png") == 0
    assert files.read("again.png").shape == files.read(made).shape


def test_a_name_that_is_no_text_is_printed_all_the_same():
    """In a process of its own, whose output takes only text."""
    Path(os.fsdecode(b"caf\xe9")).mkdir()
    words = [sys.executable, ROOT / "tests" / "support" / "tiny.py", "visualize"]
    words += ["--layer", "relu1_1", "--backbone", "vgg19"]
    words += ["--steps", "1", "--size", "32", "--no-cache", "-o", os.fsdecode(b"caf\xe9/a.png")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"}
    ran = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "jnst: step 1 of 1: 32 x 32 pixels\n")
    assert r"wrote caf\udce9/a.png" in ran.stdout


@pytest.mark.parametrize("option", [["--plot"], ["--save-every", "1"]])
def test_names_too_long_for_what_goes_with_them_are_refused_before_the_run(capsys, option):
    before = sorted(os.listdir())
    status = run("photo.png", "painting.png", "-o", "n" * 250 + ".png", *option)
    check_refused(status, capsys.readouterr(), "File name too long", before)
