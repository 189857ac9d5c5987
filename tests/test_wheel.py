"""A wheel, installed where there is no repository, paints: its data comes along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT


@pytest.mark.slow
def test_a_wheel_paints_the_sample_pair_in_an_empty_folder(tmp_path):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    wheels = tmp_path / "wheels"
    built = subprocess.run(
        [*pip, "wheel", "--no-deps", "-w", wheels, ROOT], capture_output=True, text=True
    )
    if built.returncode and "hatchling" in built.stderr:
        pytest.skip("the package index cannot be reached, so the wheel cannot be built")
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.glob("jnst-*.whl")
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    subprocess.run([*pip, "install", "--no-deps", "--target", site, wheel], check=True)
    words = ["stylize", "--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]
    run = subprocess.run(
        [sys.executable, "-m", "jnst", *words],
        cwd=empty,
        env=os.environ | {"PYTHONPATH": str(site), "JNST_WEIGHTS": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert [path.name for path in empty.iterdir()] == ["chelsea-sample.png"]
    page = {path.name for path in (ROOT / "jnst" / "web" / "page").iterdir()}
    assert {path.name for path in (site / "jnst" / "web" / "page").iterdir()} == page
    assert (site / "jnst" / "weights" / "LICENSE-Apache-2.0.txt").is_file()
    look = "import jnst; from jnst.weights import onepass, store; store.load(normalized=True); "
    look += "onepass.load('ghiasi'); onepass.load('multistyle'); "
    where = subprocess.run(
        [sys.executable, "-c", look + "print(jnst.__file__)"],
        cwd=empty,
        env=os.environ | {"PYTHONPATH": str(site), "JNST_WEIGHTS": ""},
        capture_output=True,
        text=True,
    )
    assert where.returncode == 0, where.stderr
    assert Path(where.stdout.strip()).is_relative_to(site), "it must not be the repository that ran"
