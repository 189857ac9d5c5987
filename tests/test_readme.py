"""What README and manual say can be done is done, small."""

import contextlib
import os
import re
import shlex
import shutil
from pathlib import Path

import films
import numpy as np
import PIL.Image
import pytest
import tiny
from helpers import ROOT, documents, run_script, script_commands
from painters import random_params
from skimage.data import immunohistochemistry

import jnst.cli
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import encoder_params
from jnst.pictures import samples
from jnst.weights import store, trained

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for text in documents().values()
    for command in re.findall(r"^\$ jnst (.*)$", text, re.MULTILINE)
]
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]


@pytest.fixture(autouse=True)
def _pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()).save("photo.jpg")
    PIL.Image.open(samples.STYLE).save("painting.jpg")
    PIL.Image.fromarray(immunohistochemistry()).save("other.jpg")
    films.make("clip.mp4", [films.scene(i) for i in range(8)])
    os.makedirs("photos")
    os.makedirs("paintings")
    shutil.copy("photo.jpg", "photos")
    shutil.copy("painting.jpg", "paintings")
    Path("pairs.csv").write_text("content,style\nphoto.jpg,other.jpg\n", "utf-8")
    left = np.zeros((30, 45), np.uint8)
    left[:, :20] = 255
    for name, mask in {"left": left, "right": 255 - left, "regions": left, "parts": left}.items():
        PIL.Image.fromarray(mask).save(f"{name}.png")


def test_it_begins_with_the_two_commands_that_ci_runs():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    assert all(block.count("\n") == 1 for block in blocks)
    assert "scripts/stylize.py" in blocks[0]
    assert "pytest" in blocks[1]


def has_engine(command):
    """Say whether a command can be carried out by hand, without compiling anything."""
    return command.split()[0] in ("stylize", "photo.jpg", "sweep", "reconstruct", "compare")


def shrunk(command):
    """Return the words of a command: small pictures, few steps, sizes and frames; two values."""
    words = shlex.split(command)
    words = [re.sub(r"^([a-z_]+=[^,]+,[^,]+),.*", r"\1", word) for word in words]
    if words[0] in ("weights", "show") or {"--list", "--video", "--write-config"} & {*words}:
        return words
    if words[0] == "video":
        more = [] if in_one_pass(command) else ["--steps", "2", "--frame-steps", "1"]
        return [*words, "--size", "32", "--no-cache", *more, "--engine", "byhand"]
    if words[0] == "train":
        small = ["--crop", "16", "--steps", "2", "--batch", "1", "--preview-every", "0"]
        width = [] if {"adain", "--start"} & {*words} else ["--width", "0.1"]
        return [*words, *small, *width, "--no-cache"]
    # Other networks see nothing of the smallest pictures.
    size = "64" if "backbone=" in command else "48" if words[0] == "dream" else "32"
    more = ["--engine", "byhand"] if has_engine(command) else []
    more += ["--octaves", "1"] if words[0] == "dream" else []  # each is compiled anew
    more += ["--frames", "3"] if "--frames" in words else []
    more += [] if in_one_pass(command) else ["--steps", "2"]
    more += ["--tile", "off"] if "--tile" in words else []  # one holds at least 176 pixels
    return [*words, "--size", size, "--no-cache", *more]


def in_one_pass(command):
    """Say whether a command paints in one pass, to which steps mean nothing."""
    return "instant" in command or "--method" in command or ".jnst" in command


def network(command):
    """Return a context in which `vgg19` is small, unless the command needs VGG19's own layers."""
    own = command.startswith(("dream", "visualize", "reconstruct", "web"))
    named = any(word in command for word in ("preset", "backbone", "relu"))
    named &= not command.startswith("train")
    own |= "adain" in command
    return contextlib.nullcontext() if own or named else tiny.installed()


def is_dear(command):
    """Say whether a command compiles VGG19, or paints many cells with it."""
    return command.startswith(
        ("dream", "visualize", "reconstruct", "sweep --preset", "train paint")
    )


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, marks=[pytest.mark.slow] * is_dear(c)) for c in dict.fromkeys(COMMANDS)],
)
def test_command(command, monkeypatch):
    words = shrunk(command)
    if words[0] == "web":  # it would serve for ever; tests/web has what it does
        monkeypatch.setattr("uvicorn.Server.run", lambda server, sockets: None)
        monkeypatch.setattr("webbrowser.open", lambda address: None)
        words = [*shlex.split(command), "--port", "0", "--folder", "runs"]
    with network(command):
        if "--like" in words or words[0] == "show":
            first = ["stylize", "photo.jpg", "painting.jpg", *SMALL, "-o", "result.png"]
            assert jnst.cli.main(first) == 0
        if "--config" in words:
            first = ["stylize", "photo.jpg", "painting.jpg", "--write-config", "look.toml"]
            assert jnst.cli.main(first) == 0
        if "--video" in words:
            shutil.copy("clip.mp4", "clip-painting.mp4")
        if words[0] == "stylize" and "both.jnst" in words:
            write_network(trainable.Design("multistyle", 0.1, ("painting", "other")), "both.jnst")
        if "--teacher" in words or (words[0] == "stylize" and "painting.jnst" in words):
            write_network(trainable.Design("johnson", 0.1, ("painting",)), "painting.jnst")
        if "adain.jnst" in words and "--output" not in words:
            write_network(trainable.Design("adain", 1.0, ()), "adain.jnst")
        if words[:2] == ["weights", "convert"]:
            shutil.copytree(ROOT / "weights", "weights")
            monkeypatch.setenv("JNST_WEIGHTS", "weights")
        before = set(Path().rglob("*"))
        assert jnst.cli.main(words) == 0
    lists = words[0] in ("weights", "show") or {"--list", "--video"} & {*words}
    assert lists or set(Path().rglob("*")) > before, "it writes something"


def write_network(design, name):
    table = trainable.network(design).table
    params = random_params(np.random.default_rng(0), table, np.float32)
    if design.level:
        params |= encoder_params(store.load("vgg19", normalized=True), design.level)
    trained.write(Path(name), trained.Trained(design, params, {}))


@pytest.mark.slow
def test_the_first_command_as_it_stands_but_small():
    small = ["--size", "32", "--steps", "2", "--no-cache"]
    assert jnst.cli.main([*shlex.split(COMMANDS[0]), *small]) == 0
    assert Path("photo-painting.png").is_file()


def test_there_are_commands():
    assert len(COMMANDS) >= 5


def test_each_script_is_run_by_a_test():
    """The first where it is tested: what it builds is looked at there."""
    run = {"build_docs", "walkthroughs/04_gram_gradient"}
    assert set(script_commands()) == run


@pytest.mark.slow
def test_a_lesson_as_a_script(tmp_path):
    out = run_script("walkthroughs/04_gram_gradient", tmp_path, "--quick")
    assert list(out.glob("*.png"))


def test_every_lesson_is_listed_by_its_title():
    lessons = (ROOT / "scripts/manual/lessons.md").read_text("utf-8")
    for path in sorted((ROOT / "scripts" / "walkthroughs").glob("[0-9]*.py")):
        number, title = re.findall(r"^# # (\d+)\. (.+)$", path.read_text("utf-8"), re.MULTILINE)[0]
        assert f"{number}. [{title}](../walkthroughs/{path.name})" in lessons


def python(path):
    """Return what a document says in Python, but small."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", documents()[ROOT / path], re.DOTALL))
    small = 'size=32, steps=(2,), engine="byhand"'
    code = re.sub(r"size=384(, steps=\([0-9, ]*\))?", small, code)
    code = code.replace('quality="instant"', 'quality="instant", size=32')
    return code.replace('preset="quick"', "crop=16, steps=1, batch=1, width=0.1")


def test_the_python_example():
    made = {}
    exec(python("README.md"), made)
    assert made["picture"].shape == (21, 32, 3)
    assert len(made["curve"]) == 2
    with PIL.Image.open("result.png") as picture:
        assert picture.size == (32, 21)


@pytest.mark.slow  # trains a network
def test_the_manual_in_python(capsys):
    made = {}
    with tiny.installed():
        exec(python("scripts/manual/python.md"), made)
    assert made["array"].shape[3] == 3
    assert capsys.readouterr().out.endswith(" frames in film.mp4\n")
    assert Path("trained.png").is_file()
    assert Path("copy.png").is_file()


def test_every_page_of_the_manual_is_listed():
    listed = re.findall(r"\]\(([a-z-]+)\.md\)", documents()[ROOT / "scripts/manual/README.md"])
    pages = {path.stem for path in documents() if path.parent.name == "manual"} - {"README"}
    assert len(listed) == len(pages)
    assert {*listed} == pages
