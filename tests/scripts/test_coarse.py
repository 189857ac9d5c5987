"""Smaller sizes first, and until the total of a plain run."""

import argparse
import dataclasses

import numpy as np
import pytest
from helpers import load_script

from jnst.pictures import files
from jnst.transfer.settings import Settings


@pytest.mark.usefixtures("tiny")
def test_it_stops_at_the_total_of_a_plain_run(tmp_path):
    descend = load_script("bench/coarse.py").descend
    rng = np.random.default_rng(0)
    for name in ("content", "style"):
        files.write(tmp_path / f"{name}.png", rng.random((1, 24, 32, 3)))
    given = argparse.Namespace(
        content=tmp_path / "content.png", style=tmp_path / "style.png", size=32
    )
    plain = Settings(size=32, steps=(12,), style_loss="gram", margin=0)
    total, count, seconds = descend(given, plain, None)
    assert count == 12
    assert seconds > 0
    first, few, _ = descend(given, plain, 1.5 * total)
    assert total < first <= 1.5 * total
    assert few < 12
    coarse = dataclasses.replace(plain, first_size=16, size_ratio=2.0, steps=(5, 7))
    assert descend(given, coarse, None)[1] == 7  # those of the whole size alone are counted
    given.size = 64
    with pytest.raises(SystemExit, match="smaller than 64 pixels"):
        descend(given, plain, None)
