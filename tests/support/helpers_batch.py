"""What tests of batches share: six photographs and a painting, six files that are none, a run."""

import csv
import os
from pathlib import Path

import numpy as np
import PIL.Image

import jnst.cli

SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]
SIZES = [(32, 32), (32, 31), (32, 30), (30, 32), (29, 32), (64, 60)]
"""Of the good pictures; on a canvas of multiples of 4 there is one shape, without it are five."""


def make_pictures():
    """Put the photographs and the painting into the current folder."""
    os.mkdir("photos")
    rng = np.random.default_rng(0)
    for i, size in enumerate(SIZES):
        noise = PIL.Image.fromarray(rng.integers(0, 255, (4, 4, 3), np.uint8))
        noise.resize(size, PIL.Image.Resampling.BICUBIC).save(f"photos/{i}.png")
    noise.resize((40, 40), PIL.Image.Resampling.BICUBIC).save("painting.png")


def spoil():
    """Add six pictures that cannot be used."""
    whole = Path("photos/0.png").read_bytes()
    Path("photos/cut.png").write_bytes(whole[: len(whole) // 2])
    Path("photos/empty.png").touch()
    os.mkdir("photos/folder.png")
    os.mkfifo("photos/pipe.png")
    Path("photos/text[b].jpg").write_text("no picture")
    PIL.Image.new("RGB", (1, 1)).save("photos/tiny.png")


def run(*arguments):
    """Paint the photographs on the command line; return the exit status."""
    words = ["stylize", "--batch", "photos", "--styles", "painting.png", "--out", "out", *SMALL]
    return jnst.cli.main([*words, *map(str, arguments)])


def table():
    """Read what the batch says became of each picture."""
    with open("out/batch.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
