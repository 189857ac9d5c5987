"""Packages that moving pictures need beside the others, asked for where they are first used."""

import importlib.util

from jnst.errors import InputError

NAMES = {"av": "av", "cv2": "opencv-python-headless"}
"""Modules, and the packages that hold them."""


def needed(module: str) -> None:
    """Raise an `InputError` that says how to install a module which is not there."""
    if importlib.util.find_spec(module) is None:
        raise InputError(f"video needs the package {NAMES[module]}: pip install 'jnst[video]'")
