"""The memory of a run, and the tiles that make it fit."""

import re
import subprocess
import sys

import numpy as np
import psutil
import pytest

from jnst.cli import main
from jnst.engines import memory
from jnst.errors import InputError
from jnst.pictures import files
from jnst.transfer import fitting
from jnst.transfer.settings import Settings

SHAPE = (1, 256, 192, 3)


def test_what_fits_is_not_cut_and_not_even_compiled(free, monkeypatch):
    free(10**9)
    monkeypatch.delattr(fitting, "needed")
    assert fitting.tile(Settings(), SHAPE, steps=1) is None
    assert fitting.tile(Settings(tile="off"), (1, 10**5, 10**5, 3), steps=1) is None


@pytest.mark.usefixtures("tiny_alone")
def test_what_does_not_fit_is_cut(free):
    needed = fitting.needed(Settings(), SHAPE)
    shape = (1, 8 * 256, 8 * 192, 3)
    room = 30 * needed
    free((room + fitting.loop_bytes(Settings(), shape, 1)) / memory.USABLE)
    found = fitting.tile(Settings(), shape, steps=1)
    assert found in fitting.SIZES
    assert found**2 < 30 / 64 * shape[1] * shape[2]
    more = fitting.tile(Settings(), shape, steps=4)  # a longer history leaves less room
    assert more < found
    assert fitting.tile(Settings(tile=300), shape, steps=1) == 300
    assert fitting.tile(Settings(tile=4000), shape, steps=1) is None


@pytest.mark.usefixtures("tiny_alone")
def test_float64_needs_twice_as_much(free):
    room = 1.5 * fitting.needed(Settings(), SHAPE)
    free((room + fitting.loop_bytes(Settings(), SHAPE, 1)) / memory.USABLE)
    assert fitting.tile(Settings(), SHAPE, steps=1) is None
    with pytest.raises(InputError, match="take size"):  # too small to be worth cutting
        fitting.tile(Settings(optimizer="scipy-lbfgs"), SHAPE, steps=1)


@pytest.mark.usefixtures("tiny_alone")
def test_what_cannot_be_cut_is_refused_with_a_size_that_fits(free):
    room = 3 * fitting.needed(Settings(style_loss="remd"), SHAPE)
    free((room + fitting.loop_bytes(Settings(), (1, 1024, 512, 3), 1)) / memory.USABLE)
    with pytest.raises(InputError, match=r"512 x 1024 pixels .* take size \d+; remd cannot be"):
        fitting.tile(Settings(style_loss="remd"), (1, 1024, 512, 3), steps=1)
    free(10**6)
    with pytest.raises(
        InputError, match=r"a run needs 0\.\d GB, and 0\.0 can be used: take size \d+$"
    ):
        fitting.tile(Settings(), SHAPE, steps=1)


@pytest.mark.slow
def test_a_run_that_does_not_fit_is_cut_and_says_so(free, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    layers = ["--style-layers", "relu1_1", "--content-layers", "relu1_1"]
    given = ["stylize", "--square", "--size", "440", "--first-size", "440", "--steps", "1", *layers]
    cheap = Settings(style_layers=("relu1_1",), content_layers=("relu1_1",))
    shape = (1, 440, 440, 3)
    free(
        (0.95 * fitting.needed(cheap, shape) + fitting.loop_bytes(cheap, shape, 1)) / memory.USABLE
    )
    assert main([*given, "-o", "cut.png"]) == 0
    assert "jnst: memory is too small for the whole: 450 in tiles of 384 pixels\n" in (
        capsys.readouterr().err
    )
    free(10**10)
    assert main([*given, "-o", "whole.png"]) == 0
    assert "tiles" not in capsys.readouterr().err
    cut, whole = (files.read(f"{name}.png") for name in ("cut", "whole"))
    assert np.abs(cut - whole).mean() < 1 / 255


@pytest.mark.usefixtures("tiny_alone")
def test_what_is_far_too_large_is_reckoned_from_a_smaller_picture(free):
    cheap = Settings(style_layers=("relu1_1",), content_layers=("relu1_1",))
    small, large = (fitting.needed(cheap, (1, side, side, 3)) for side in (4096, 65_535))
    assert large == pytest.approx(small * (65_535 / 4096) ** 2)
    free(10**10)
    with pytest.raises(InputError, match=r"65535 x 65535 pixels .* take size \d+$") as caught:
        fitting.tile(cheap, (1, 65_535, 65_535, 3), steps=1)
    fits = int(str(caught.value).split()[-1])
    assert fitting.tile(cheap, (1, fits, fits, 3), steps=1) in fitting.SIZES
    with pytest.raises(InputError):
        fitting.tile(cheap, (1, round(1.1 * fits), round(1.1 * fits), 3), steps=1)


@pytest.mark.skipif(not psutil.LINUX, reason="the limit is Linux's")
def test_under_a_limit_a_run_is_refused_in_one_line(tmp_path):
    """Of 2.5 GB of addresses, the program itself takes most."""
    command = 'ulimit -v 2500000; exec "$@"'
    layers = ["--content-layers", "relu1_1", "--style-layers", "relu1_1", "--first-size", "None"]
    given = ["stylize", "--size", "4096", "--upscale", "--steps", "1", "--no-cache", *layers]
    run = ["sh", "-c", command, "sh", sys.executable, "-m", "jnst", *given]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert re.fullmatch(
        r"jnst: at 4198 x \d+ pixels a run needs .*: take --size \d+\n", done.stderr
    )
    assert not list(tmp_path.iterdir())
