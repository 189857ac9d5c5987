"""A weight file of two small layers, changed and refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.weights import store

rng = np.random.default_rng(0)
INDEX = rng.integers(0, 256, (3, 3, 3, 4), dtype=np.uint8)
CODEBOOK = rng.normal(size=256).astype(np.float32)
KERNEL = rng.normal(size=(3, 3, 4, 5)).astype(np.float32)
BIASES = {n: rng.normal(size=n).astype(np.float32) for n in (4, 5)}
MEAN = np.float32([[[[1, 2, 3]]]])
MEANS = {"conv1_1": np.float32([1, 2, 3, 4]), "conv1_2": np.float32([5, 6, 7, 8, 0])}


def small_layers() -> dict:
    return {
        "input": {"mean": MEAN},
        "conv1_1": {"index": INDEX, "codebook": CODEBOOK, "bias": BIASES[4]},
        "conv1_2": {"kernel": KERNEL, "bias": BIASES[5]},
    }


def save(folder: Path, layers: dict) -> Path:
    store.save(folder / "small.h5", layers, {"backbone": "small", "licence": "none"})
    return folder / "small.h5"


def edit_manifest(path: Path, change) -> None:
    manifest = path.with_name("manifest.json")
    table = json.loads(manifest.read_text())
    change(table)
    manifest.write_text(json.dumps(table))


def refused(match: str, *, normalized: bool = False) -> None:
    with pytest.raises(InputError, match=match) as caught:
        store.load("small", normalized=normalized)
    assert "\n" not in str(caught.value)
