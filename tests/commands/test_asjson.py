"""What came of a command, as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT

import jnst.cli
from jnst.commands import batch
from jnst.commands.asjson import tell
from jnst.pictures import files, samples
from jnst.runs.signals import Terminated

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand", "--json"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    PIL.Image.open(samples.STYLE).save("painting.png")


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_of_one_picture_it_is_one_object(capsys):
    assert jnst.cli.main(["photo.png", "painting.png", *SMALL]) == 0
    (found,) = lines(capsys)
    assert found["output"] == "photo-painting.png"
    assert (found["width"], found["height"]) == (32, 24)
    assert (found["steps"], found["interrupted"]) == (2, False)
    assert found["total"] > 0
    assert set(found["losses"]) == {"content", "style", "tv", "lines"}
    assert found["seconds"] > 0
    assert found["settings"] == files.read_settings("photo-painting.png")


def test_of_a_batch_it_is_a_line_for_each_and_one_for_all(capsys):
    Path("text.png").write_text("no picture")
    Path("pairs.csv").write_text("content,style\nphoto.png,painting.png\ntext.png,painting.png\n")
    assert jnst.cli.main(["--batch", "pairs.csv", "--out", "results", *SMALL]) == 1
    one, two, both = lines(capsys)
    output = str(Path("results/photo-painting.png"))
    assert (one["output"], one["status"], one["reason"]) == (output, "painted", "")
    assert (one["content"], one["style"]) == ("photo.png", "painting.png")
    assert one["loss"] > 0
    assert two["status"] == "failed"
    assert "text.png" in two["reason"]
    assert two["loss"] is None
    assert {name: both[name] for name in ("painted", "skipped", "failed")} == {
        "painted": 1,
        "skipped": 0,
        "failed": 1,
    }
    assert both["table"] == str(Path("results/batch.csv"))
    assert (both["interrupted"], both["left"]) == (False, 0)


def test_of_a_batch_that_was_interrupted_it_says_so_and_what_is_left(capsys, monkeypatch):
    rows = ["content,style,output", *(f"photo.png,painting.png,{i}.png" for i in range(3))]
    Path("pairs.csv").write_text("\n".join(rows), "utf-8")
    whole = batch.paint_jobs

    def one_only(*words):
        yield next(whole(*words))
        raise Terminated

    monkeypatch.setattr(batch, "paint_jobs", one_only)
    assert jnst.cli.main(["--batch", "pairs.csv", "--out", "results", *SMALL]) == 143
    one, both = lines(capsys)
    assert one["status"] == "painted"
    assert (both["painted"], both["interrupted"], both["left"]) == (1, True, 2)


def test_of_a_folder_it_has_the_names_of_what_was_left_out(capsys):
    Path("photos/deep").mkdir(parents=True)
    os.replace("photo.png", "photos/photo.png")
    for name in ("camera.DNG", "notes.txt"):
        Path("photos", name).touch()
    words = ["--batch", "photos", "--styles", "painting.png", "--out", "results"]
    assert jnst.cli.main([*words, *SMALL, "--quiet"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out.splitlines()[-1])
    assert found["left_out"] == ["camera.DNG", "deep/", "notes.txt"]
    assert told.err == ""
    assert jnst.cli.main([*words, *SMALL]) == 0
    assert capsys.readouterr().err.splitlines()[:2] == [
        "jnst: left out, no pictures: deep/, notes.txt",
        "jnst: left out, raw photographs: camera.DNG; export them as JPEG, PNG or TIFF first",
    ]


def shell(command):
    """Run a command of a shell in which `jnst` is the small network's; return what ends it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = f'jnst() {{ "{sys.executable}" "{ROOT}/tests/support/tiny.py" "$@"; }}; {command}'
    return subprocess.run(["sh", "-c", program], env=environment, capture_output=True, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_one_line_and_the_picture_is_there():
    ended = shell(f"jnst photo.png painting.png {' '.join(SMALL)} --quiet >/dev/full")
    says = "jnst: cannot write to standard output: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (1, says)
    assert files.read("photo-painting.png").shape == (1, 24, 32, 3)


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_a_batch_that_nobody_reads_any_more_says_what_is_left():
    rows = ["content,style,output", *(f"photo.png,painting.png,{i}.png" for i in range(3))]
    Path("pairs.csv").write_text("\n".join(rows), "utf-8")
    words = ["--batch", "pairs.csv", "--out", "results", *SMALL, "--quiet"]
    ended = shell(f"(jnst {' '.join(words)}; echo $? > status) | true")
    assert ended.stderr == "jnst: standard output was closed: 2 pictures are left to do\n"
    assert Path("status").read_text() == "1\n"
    assert Path("results/batch.csv").read_text("utf-8").count("painted") == 1


def test_of_a_comparison_it_is_the_table(capsys):
    words = ["photo.png", "painting.png", "--content", "photo.png", "--style", "painting.png"]
    few = ["--content-layers", "relu1_1", "--style-layers", "relu1_1", "--size", "24"]
    assert jnst.cli.main(["compare", *words, *few, "--no-cache", "--json"]) == 0
    (found,) = lines(capsys)
    assert found["results"] == ["photo.png", "painting.png"]
    measures = {row["measure"]: row for row in found["measures"]}
    structure = next(row for name, row in measures.items() if "SSIM" in name)
    assert structure["better"] == "higher"
    assert structure["values"][0] == pytest.approx(1)
    assert len(structure["values"]) == 2


def test_what_is_no_number_is_null(capsys):
    some = {"a": np.float32(0.5), "b": [float("nan"), np.inf], "c": Path("x\x1b")}
    tell({**some, "d": np.int64(3)})
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    assert "\x1b" not in told
    assert json.loads(told) == {"a": 0.5, "b": [None, None], "c": "x\x1b", "d": 3}
