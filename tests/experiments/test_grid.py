"""A grid, painted into a folder: what is there after each cell, and what is refused before any."""

import csv
import os

import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.experiments import grid, sweep
from jnst.pictures import files
from jnst.runs.record import Inputs
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
BYHAND = Settings(size=32, steps=(2,), engine="byhand")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def cells(*seeds):
    return sweep.cells(BYHAND, [("seed", list(seeds)), ("init", ["noise"])])


def rows(folder):
    with open(folder / grid.TABLE, newline="") as file:
        return list(csv.DictReader(file))


def test_rows_of_different_lengths_are_painted_one_after_the_other(tmp_path, capsys):
    folder = tmp_path / "a" / "b"
    assert grid.paint_all([cells("1"), cells("2", "3")], folder, quiet=True) == 0
    assert capsys.readouterr() == ("", "")
    names = ["001.png", "002.png", "003.png"]
    assert sorted(os.listdir(folder)) == [*names, grid.CURVES, grid.SHEET, grid.TABLE]
    found = rows(folder)
    assert [(row["picture"], row["seed"]) for row in found] == list(zip(names, "123", strict=True))
    assert {row["init"] for row in found} == {"noise"}
    for row, name in zip(found, names, strict=True):
        assert files.read_settings(folder / name)["seed"] == int(row["seed"])
        assert row["evaluations"] == "2"
        assert float(row["best total"]) > 0
    with PIL.Image.open(folder / grid.SHEET) as sheet:
        pixels = np.asarray(sheet)
    half = len(pixels) // 2
    assert pixels[: half - 8, pixels.shape[1] // 2 + 8 :].min() == 255, "one above, two below"
    assert pixels[half:, pixels.shape[1] // 2 + 8 :].min() < 255


@pytest.mark.parametrize("quiet", [False, True])
def test_a_mask_that_is_stretched_is_said_once(tmp_path, capsys, quiet):
    PIL.Image.new("L", (40, 10), 255).save(tmp_path / "mask.png")
    inputs = Inputs(masks=(tmp_path / "mask.png",))
    grid.paint_all(
        [sweep.cells(BYHAND, [("seed", ["1", "2"])], inputs=inputs)], tmp_path / "a", quiet=quiet
    )
    assert capsys.readouterr().err.count("the mask of 40 x 10 pixels is stretched") == (not quiet)


def test_a_folder_that_holds_a_grid_is_left_alone(tmp_path):
    (tmp_path / grid.TABLE).write_text("hours of work")
    with pytest.raises(InputError, match="holds a grid already; choose another folder"):
        grid.paint_all([cells("1")], tmp_path, quiet=True)
    assert os.listdir(tmp_path) == [grid.TABLE]


def test_ctrl_c_keeps_the_cells_that_are_done(tmp_path, monkeypatch, capsys):
    calls = []

    def interrupted(cell, pictures):
        calls.append(cell)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return sweep.run(cell, pictures)

    monkeypatch.setattr(grid, "run", interrupted)
    folder = tmp_path / "sweep"
    assert grid.paint_all([cells("1", "2", "3")], folder, quiet=False) == 130
    assert f"interrupted: 1 of 3 cells are in {folder}" in capsys.readouterr().err
    assert len(rows(folder)) == 1
    assert sorted(os.listdir(folder)) == ["001.png", grid.CURVES, grid.SHEET, grid.TABLE]


@pytest.mark.parametrize("name", ["002.png", grid.SHEET, grid.CURVES])
@pytest.mark.parametrize("read", [True, False])
def test_a_folder_with_the_users_pictures_keeps_them(tmp_path, name, read):
    folder = tmp_path / "pictures"
    folder.mkdir()
    PIL.Image.new("RGB", (40, 30), "red").save(folder / name)
    before = (folder / name).read_bytes()
    inputs = Inputs(content=folder / name) if read else Inputs()
    found = [cell._replace(inputs=inputs) for cell in cells("1", "2")]
    says = "is one of the pictures" if read else "is there, and jnst did not make it"
    with pytest.raises(InputError, match=f"{name} {says}"):
        grid.paint_all([found], folder, quiet=True)
    assert (folder / name).read_bytes() == before
    assert os.listdir(folder) == [name]
