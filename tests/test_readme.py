"""What the README says can be done is done, small."""

import dataclasses
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT
from skimage.data import immunohistochemistry

import jnst.cli
from jnst.commands import stylize
from jnst.commands.batch import Batch
from jnst.commands.single import Output
from jnst.pictures import samples
from jnst.runs.record import Inputs
from jnst.runs.resume import Checkpoints
from jnst.transfer.settings import Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ jnst (.*)$", README, re.MULTILINE)
SCRIPTS = re.findall(r"^\$ python (.*)$", README, re.MULTILINE)


@pytest.fixture(autouse=True)
def _pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()).save("photo.jpg")
    PIL.Image.open(samples.STYLE).save("painting.jpg")
    PIL.Image.fromarray(immunohistochemistry()).save("other.jpg")
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


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, monkeypatch):
    words = shlex.split(command)
    if words[0] == "web":  # it would serve for ever; tests/web has what it does
        monkeypatch.setattr("uvicorn.Server.run", lambda server, sockets: None)
        monkeypatch.setattr("webbrowser.open", lambda address: None)
        assert jnst.cli.main([*words, "--port", "0", "--folder", "runs"]) == 0
        return
    # A dream begins at 0.36 times its size; other networks see nothing of the smallest pictures.
    size = "64" if words[0] == "dream" or any("backbone=" in word for word in words) else "32"
    small = ["--size", size, "--steps", "2", "--no-cache"]
    small = [] if words[0] == "weights" else small
    # Of four values, the first two.
    words = [re.sub(r"^([a-z_]+=[^,]+,[^,]+),.*", r"\1", word) for word in words]
    if "--like" in words:
        assert jnst.cli.main(["stylize", "photo.jpg", "painting.jpg", "-o", words[-1], *small]) == 0
    assert jnst.cli.main(words + small) == 0


def test_there_are_commands():
    assert len(COMMANDS) >= 5
    assert len(SCRIPTS) == 3


@pytest.mark.parametrize("command", SCRIPTS)
def test_script(command):
    script, *words = shlex.split(command)
    # All lessons are run by their own tests, and the site is built whole where lessons are made.
    few = {"build_lessons": ["--quick", "--only", "4"], "build_docs": []}
    words += few.get(Path(script).stem, ["--quick"])
    result = subprocess.run([sys.executable, ROOT / script, *words], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    out = Path(words[words.index("--out") + 1])
    assert list(out.rglob("*.html" if "build" in script else "*.png"))


def test_every_lesson_is_listed_by_its_title():
    for path in sorted((ROOT / "scripts" / "walkthroughs").glob("[0-9]*.py")):
        number, title = re.findall(r"^# # (\d+)\. (.+)$", path.read_text("utf-8"), re.MULTILINE)[0]
        assert f"{number}. [{title}](scripts/walkthroughs/{path.name})" in README


def test_the_python_example():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    large, small = "size=384, steps=(200, 100, 50)", "size=32, steps=(2,)"
    assert large in code
    exec(code.replace(large, small), {})
    with PIL.Image.open("result.png") as picture:
        assert picture.size == (32, 21)


def test_the_table_has_every_option():
    rows = [line for line in README.splitlines() if line.startswith("| `--")]
    options = {option for row in rows for option in re.findall(r"--([a-z-]+)", row.split("|")[1])}
    kinds = (Settings, Inputs, Checkpoints, Output, stylize.Options, Batch)
    fields = [field for kind in kinds for field in dataclasses.fields(kind)]
    names = {field.name.replace("_", "-") for field in fields}
    no_options = {"content", "settings", "inputs", "keep", "many", "result"}
    assert options - {"no-cache"} == names - no_options - {"cache"}
