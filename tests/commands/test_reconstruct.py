"""`jnst reconstruct`, from its options to its files."""

import csv
import os

import numpy as np
import PIL.Image
import pytest

import jnst.cli
from jnst.pictures import files

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand", "--quiet"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*words):
    return jnst.cli.main(["reconstruct", *SMALL, *words])


def rows(folder):
    with open(f"{folder}/table.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_layers_are_studied_on_one_sheet():
    words = ["--content-from", "relu1_2", "--style-from", "relu1_1", "relu2_1", "-o", "out"]
    assert run(*words) == 0
    found = [(r["content from"], r["style from"]) for r in rows("out")]
    assert found == [("relu1_2", ""), ("", "relu1_1"), ("", "relu1_1 to relu2_1")]
    with PIL.Image.open("out/sheet.png") as sheet:
        pixels = np.asarray(sheet)
    assert pixels.shape[1] == 8 + 2 * (160 + 8), "one picture above, two below"
    assert pixels[: len(pixels) // 2 - 8, 176:].min() == 255
    assert pixels[len(pixels) // 2 :, 176:].min() < 255
    assert files.read_settings("out/001.png")["content_layers"] == ["relu1_2"]


@pytest.mark.slow
def test_a_second_one_gets_a_folder_of_its_own():
    for _ in range(2):
        assert run("--content-from", "relu1_1", "--style-from", "relu1_1") == 0
    assert sorted(os.listdir()) == ["reconstruct", "reconstruct-2"]
    assert len(rows("reconstruct")) == len(rows("reconstruct-2")) == 2


def test_an_unknown_layer_is_one_line_and_status_2(capsys):
    assert run("--content-from", "relu9_9") == 2
    error = capsys.readouterr().err
    assert "unknown layer of vgg19 'relu9_9'" in error
    assert error.count("\n") == 1
    assert os.listdir() == []
