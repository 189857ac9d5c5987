"""What every lesson shares: its options, and a way to show figures.

Run as a script, a lesson saves its figures in the folder that `--out` names. Opened as a notebook,
it shows them where they are made; the environment variable `LESSON_OPTIONS` then holds what would
stand on the command line.
"""

import argparse
import builtins
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

IN_NOTEBOOK = hasattr(builtins, "__IPYTHON__")
DPI, QUICK_DPI = 120, 40
_folder, _dpi = Path(), DPI


def options(title: str, **defaults) -> argparse.Namespace:
    """Read the lesson's options: `--out`, `--quick`, and one for each of `defaults`.

    A default that is a pair has one value for a full run and one for `--quick`.
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--out", type=Path, default=Path("lessons"), help="folder for the figures")
    parser.add_argument("--quick", action="store_true", help="a small, fast run")
    pairs = {
        name: value if isinstance(value, tuple) else (value, value)
        for name, value in defaults.items()
    }
    for name, (full, quick) in pairs.items():
        text = f"{full}; {quick} if quick" if quick != full else f"{full}"
        parser.add_argument(f"--{name}", type=type(full), help=text)
    words = shlex.split(os.environ.get("LESSON_OPTIONS", "")) if IN_NOTEBOOK else sys.argv[1:]
    chosen = parser.parse_args(words)
    for name, pair in pairs.items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, pair[chosen.quick])
    global _folder, _dpi
    _dpi = QUICK_DPI if chosen.quick else DPI
    if not IN_NOTEBOOK:
        _folder = chosen.out
        _folder.mkdir(parents=True, exist_ok=True)
    if chosen.quick:
        print("A quick run: what the text says of pictures and numbers is true of a full one.")
    return chosen


def show(name: str, caption: str) -> None:
    """Save the current figure as NAME.png, or show it in the notebook, and say what is on it."""
    figure = plt.gcf()
    if IN_NOTEBOOK:
        from IPython.display import display

        figure.set_dpi(_dpi)
        display(figure, metadata={"image/png": {"alt": caption}})
    else:
        path = _folder / f"{name}.png"
        figure.savefig(path, dpi=_dpi)
        print(f"[{path}] {caption}")
    plt.close(figure)


def difference(a, b):
    """Return the largest difference of two arrays, relative to the largest entry of the second."""
    return np.abs(a - b).max() / np.abs(b).max()


def pictures(titled: Mapping[str, np.ndarray], *, columns: int = 4, cmap: str = "gray") -> None:
    """Draw a figure of pictures with their titles: (1, h, w, 3) in [0, 1], or maps (h, w)."""
    columns = min(columns, len(titled))
    rows = -(-len(titled) // columns)
    height, width = np.squeeze(next(iter(titled.values()))).shape[:2]
    side = 10 / columns
    size = 10, rows * (side * height / width + 0.35)
    _, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, (title, picture) in zip(axes.flat, titled.items(), strict=False):
        ax.imshow(np.squeeze(np.asarray(picture)), cmap=cmap)
        ax.set_title(title, fontsize=10)
