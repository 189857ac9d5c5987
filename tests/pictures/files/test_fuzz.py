"""Twenty thousand broken pictures: each is read, or refused in one line, soon and in little memory.

Which, a generator with a fixed seed decides: each time the same. (Hypothesis takes five times as
long, for drawing them.) Where atheris is installed, it tries for a while too.
"""

import functools
import logging
import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import fuzz_files
import pytest
from helpers import ROOT

from jnst.pictures import files
from jnst.pictures.files import opening

SEEDS = fuzz_files.seeds()
EXAMPLES = 380
LENGTHS = [0, 1, 127, 255, 256, 32767, 65535, 65536, 1 << 24, (1 << 31) - 1, (1 << 32) - 1]
ORDERS = "little", "big"
KINDS = "flip", "byte", "number", "cut", "drop", "zero", "again", "splice"


class TooLongError(BaseException):
    """No `Exception`: those the readers would turn into an `InputError`."""


def changed(data, kind, rng):
    """Return data with one change of this kind, one time in four in the first 64 bytes."""
    at = rng.randrange(max(1, min(len(data), rng.choice([64, *[len(data)] * 3]))))
    length = rng.randint(1, 64)
    match kind:
        case "flip":
            flipped = [byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1]]
            return data[:at] + bytes(flipped) + data[at + 1 :]
        case "byte":
            return data[:at] + rng.randbytes(1) + data[at + 1 :]
        case "number":
            number = rng.choice(LENGTHS)
            size = 2 if number < 1 << 16 else 4
            return data[:at] + number.to_bytes(size, rng.choice(ORDERS)) + data[at + size :]
        case "cut":
            return data[:at]
        case "drop":
            return data[:at] + data[at + length :]
        case "zero":
            return data[:at] + bytes(length) + data[at + length :]
        case "again":
            return data[:at] + data[at : at + length] * rng.randint(1, 40) + data[at + length :]
        case "splice":
            other = SEEDS[rng.choice(sorted(SEEDS))]
            return data[:at] + other[rng.randrange(len(other)) :]
    raise AssertionError(kind)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "mutated"


def stop(*_):
    raise TooLongError


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_mutated_files(monkeypatch, capfd, caplog, path, name):
    caplog.set_level(logging.CRITICAL, "tifffile")
    monkeypatch.setenv(opening.LIMIT, str(fuzz_files.LIMIT))
    before = signal.signal(signal.SIGALRM, stop)
    path.write_bytes(SEEDS[name])
    fuzz_files.attempt(path)
    assert files.read(path).shape == (1, 8, 8, 3), "the seed itself is a picture"
    held, peak = os.listdir("/proc/self/fd"), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rng = random.Random(name)
    try:
        for number in range(EXAMPLES):
            kinds = rng.choices(KINDS, k=rng.randint(1, 6))
            data = functools.reduce(lambda data, kind: changed(data, kind, rng), kinds, SEEDS[name])
            path.write_bytes(data)
            signal.alarm(10)
            try:
                fuzz_files.attempt(path)
            except (Exception, TooLongError) as error:
                message = f"{name}, picture {number}, {kinds}: {error!r}; it is in {path}"
                raise AssertionError(message) from error
            signal.alarm(0)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert len(os.listdir("/proc/self/fd")) == len(held)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert grown < 100_000, f"{grown} kB"
    assert capfd.readouterr().err == ""


def test_they_are_ten_thousand_of_every_format():
    assert len(SEEDS) * EXAMPLES >= 10_000
    kinds = {name.split(".")[-1].upper() for name in SEEDS}
    assert {"PPM" if kind == "PGM" else kind for kind in kinds} == set(files.READABLE)


@pytest.mark.slow
def test_atheris_finds_nothing_else(tmp_path):
    pytest.importorskip("atheris")
    harness = Path(__file__).with_name("atheris_files.py")
    run = subprocess.run(
        [sys.executable, harness, tmp_path / "corpus", "-max_total_time=60"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-3000:]
