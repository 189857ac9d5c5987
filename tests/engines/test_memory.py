"""What one evaluation takes of memory, and what is free."""

import dataclasses
import subprocess
import sys

import numpy as np
import psutil
import pytest

from jnst.dreams.dream import dream, load
from jnst.dreams.settings import DreamSettings
from jnst.engines import memory
from jnst.errors import InputError
from jnst.transfer import fitting
from jnst.transfer.settings import Settings

SHAPE = (1, 256, 192, 3)


def test_what_is_free_is_less_than_there_is():
    assert 1e8 < memory.available() < 1e13


def test_the_limit_of_the_process_counts(monkeypatch):
    def available(limit):
        monkeypatch.setattr(psutil.Process, "rlimit", lambda *_: (limit, limit), raising=False)
        return memory.available()

    assert available(10) == 0
    assert available(10**15) == pytest.approx(available(psutil.RLIM_INFINITY), rel=0.5)


def test_the_limit_of_the_container_counts_and_files_it_has_read_do_not(tmp_path):
    assert memory.group_available(tmp_path) == []
    for name, text in {
        "max": "4000",
        "current": "3500",
        "stat": "anon 100\ninactive_file 3000\nactive_file 7",
    }.items():
        (tmp_path / f"memory.{name}").write_text(text + "\n")
    assert memory.group_available(tmp_path) == [3500]
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.group_available(tmp_path) == []


def test_a_device_says_itself_what_it_has(monkeypatch):
    class Device:
        def memory_stats(self):
            return {"bytes_limit": 100, "bytes_in_use": 30}

    monkeypatch.setattr(memory, "find_devices", lambda: [Device()])
    assert memory.available() == 70


@pytest.mark.slow
def test_an_evaluation_needs_its_maps_but_not_many_times_over():
    found = fitting.needed(Settings(), SHAPE)
    pixels = SHAPE[1] * SHAPE[2]
    weights = 2.0e8  # four times as many numbers as in the file where kernels are transformed
    first = 64 * 4 * pixels  # one map of the first block
    assert 2 * first < found - weights < 8 * first


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(), marks=pytest.mark.slow),
        Settings(style_layers=("relu1_1",), content_layers=("relu1_1",)),
        pytest.param(Settings(backbone="squeezenet1_1", weights="random"), marks=pytest.mark.slow),
        pytest.param(Settings(backbone="densenet121", weights="random"), marks=pytest.mark.slow),
    ],
    ids=["all of VGG", "its beginning", "SqueezeNet", "DenseNet"],
)
def test_no_evaluation_needs_more_than_all_maps_and_their_derivatives(settings):
    layers = settings.resolved.layers
    bound = memory.at_most(settings.backbone, layers, SHAPE)
    assert 0.05 < fitting.needed(settings, SHAPE) / bound <= 1


def test_a_dream_that_does_not_fit_is_refused_before_it_is_dreamt(free):
    settings = DreamSettings(layers=("relu1_1",), backbone="vgg19", steps=1, octaves=1)
    image, loaded = np.zeros((1, 64, 64, 3), np.float32), load(settings)
    free(10**6)
    with pytest.raises(InputError, match=r"64 x 64 pixels a dream .* size \d+, or a tile of 512$"):
        next(dream(image, settings, loaded))
    free(10**4)  # not even the pictures
    with pytest.raises(InputError, match=r"take size 8$"):
        next(dream(image, dataclasses.replace(settings, tile=32), loaded))
    free(10**8)
    assert next(dream(image, settings, loaded)).step == 1


SIDE = 600
PEAKS = f"""
import jax
from pathlib import Path
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings
from jnst.transfer.recipe import prepare
layers = {{"style_layers": ("relu1_2",), "content_layers": ("relu1_2",), "style_loss": "gram"}}
for tile in (200, "off"):
    settings = Settings(size={SIDE}, square=True, upscale=True, init="style", tile=tile, **layers)
    found = prepare(read(samples.content(), samples.STYLE, settings), settings)
    evaluate = jax.jit(found.evaluate) if found.compiled is True else found.evaluate
    print(float(evaluate(found.constants, found.image).total))
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    print(1024 * int(status["VmHWM"].split()[0]))  # getrusage would begin with the parent's peak
"""


@pytest.mark.slow
def test_tiles_take_much_less_memory_than_the_whole():
    """In one process: the peak with tiles comes first, and that of the whole is above it."""
    command = [sys.executable, "-c", PEAKS]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    same, less, total, most = map(float, out.split())
    assert same == pytest.approx(total, rel=1e-4)
    one_map = 64 * 4 * SIDE**2
    assert less < most - 2 * one_map
