"""`jnst visualize`, from its options to its files."""

import os

import numpy as np
from helpers import check_refused

import jnst.cli
from jnst.pictures import files


def test_the_command_writes_one_picture_or_a_sheet(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["visualize", "--backbone", "vgg19", "--layer", "relu2_1", "--size", "32"]
    words += ["--steps", "2", "--no-cache", "--channel"]
    assert jnst.cli.main([*words, "5"]) == 0
    assert jnst.cli.main([*words, "5", "6", "7"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("wrote vgg19-relu2_1-2.png, 3 of 3 channels of relu2_1 of vgg19, in ")
    one, sheet = files.read("vgg19-relu2_1.png"), files.read("vgg19-relu2_1-2.png")
    assert one.shape == (1, 32, 32, 3)
    assert sheet.shape[2] == 8 + 2 * (160 + 8)
    np.testing.assert_array_equal(sheet[:, 8:40, 8:40], one)
    assert files.read_settings("vgg19-relu2_1.png")["visualize"]["channel"] == [5]
    assert jnst.cli.main(["visualize", "--backbone", "vgg16", "--list", "layers"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["relu1_1", "64"]
    before = sorted(os.listdir())
    check_refused(jnst.cli.main([*words, "8"]), capsys.readouterr(), "from 0 to 7", before)
    wide = jnst.cli.main([*words, "0", "1", "--size", "9000", "-o", "sheet.webp"])
    check_refused(wide, capsys.readouterr(), "holds no pictures of 18000 x 9000", before)
