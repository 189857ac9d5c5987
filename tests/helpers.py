"""What tests of several modules share."""

import importlib.util
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def one_channel(*values):
    """Return a feature map of one channel and one column."""
    return np.array(values, float).reshape(1, len(values), 1, 1)


def load_script(name):
    """Import a file of `scripts/`, which is not part of the package."""
    path = ROOT / "scripts" / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
