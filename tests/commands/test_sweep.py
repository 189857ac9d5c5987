"""`jnst sweep`, from its options to its files."""

import csv
import os

import numpy as np
import PIL.Image
import pytest

import jnst.cli
from jnst.pictures import files

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main([str(argument) for argument in arguments])


def rows(folder):
    with open(f"{folder}/table.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep_writes_a_sheet_a_plot_a_table_and_its_pictures(capsys):
    vary = ["--vary", "content_weight=0.001,0.1", "--vary", "pooling=max,avg,l2"]
    assert run("sweep", *SMALL, *vary, "-o", "a/b") == 0
    assert "wrote 6 pictures, sheet.png, curves.png and table.csv into a/b" in (
        capsys.readouterr().out
    )
    pictures = [f"{i:03}.png" for i in range(1, 7)]
    assert sorted(os.listdir("a/b")) == [*pictures, "curves.png", "sheet.png", "table.csv"]
    found = rows("a/b")
    assert [(r["content_weight"], r["pooling"]) for r in found] == [
        (weight, pooling) for weight in ("0.001", "0.1") for pooling in ("max", "avg", "l2")
    ]
    assert [r["picture"] for r in found] == pictures
    for r in found:
        assert r["evaluations"] == "2"
        assert float(r["seconds"]) > 0
        # The best total is that of the first or the second evaluation, the parts of the second.
        assert float(r["best total"]) <= sum(float(r[p]) for p in ("content", "style", "tv")) * 1.01
    with PIL.Image.open("a/b/sheet.png") as sheet, PIL.Image.open("a/b/005.png") as cell:
        # Three columns, two rows: the fifth picture is in the middle of the second.
        width = (sheet.width - 8) // 3
        left, pixels = 8 + width, np.asarray(sheet)
        half = sheet.height // 2
        corner = pixels[half + 4 : half + 4 + 21, left : left + 32]
        np.testing.assert_array_equal(corner, np.asarray(cell))


def test_a_cell_can_be_made_again_from_its_picture():
    assert run("sweep", *SMALL, "--vary", "seed=1,2", "--init", "noise", "--quiet") == 0
    assert run("stylize", "--like", "sweep/002.png", "--no-cache", "-o", "again.png") == 0
    one, two = (files.read(name) for name in ("sweep/002.png", "again.png"))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give at least one --vary"),
        (["--vary", "size=big"], "size cannot be 'big'"),
        (["--steps", "0", "--vary", "seed=1"], "--steps must be a number of at least 1, not 0"),
        (["--vary", "sise=1"], "unknown setting to vary 'sise'"),
        (["--vary", "pooling=max,foo"], "unknown pooling 'foo'; choose from max, avg, l2"),
        (["-o", "done", "--vary", "seed=1,2"], "done holds a grid already; choose another folder"),
        (["missing.jpg", "--vary", "seed=1,2"], "cannot read 'missing.jpg'"),
        (["-o", "file.txt", "--vary", "seed=1,2"], "cannot make the folder 'file.txt'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words, says, capsys):
    with open("file.txt", "w") as file:
        file.write("in the way")
    os.mkdir("done")
    with open("done/table.csv", "w") as file:
        file.write("hours of work")
    assert run("sweep", *SMALL, *words) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not any(name.endswith(".png") for name in os.listdir("."))


def test_a_second_grid_gets_a_folder_of_its_own():
    for _ in range(2):
        assert run("sweep", *SMALL, "--vary", "seed=1", "--quiet") == 0
    assert rows("sweep")
    assert rows("sweep-2")
