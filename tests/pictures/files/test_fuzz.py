"""Twenty thousand broken pictures: each is read, or refused in one line, soon and in little memory.

Which, hypothesis decides, each time the same. Where atheris is installed, it tries for a while too.
"""

import logging
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import fuzz_files
import pytest
from helpers import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jnst.pictures import files
from jnst.pictures.files import opening

SEEDS = fuzz_files.seeds()
EXAMPLES = 760
PLACE = st.integers(0, 1 << 12)
LENGTHS = [0, 1, 127, 255, 256, 32767, 65535, 65536, 1 << 24, (1 << 31) - 1, (1 << 32) - 1]
CHANGES = st.one_of(
    st.tuples(st.just("flip"), PLACE, st.integers(0, 7)),
    st.tuples(st.just("byte"), PLACE, st.integers(0, 255)),
    st.tuples(st.just("number"), PLACE, st.sampled_from(LENGTHS), st.sampled_from(["<", ">"])),
    st.tuples(st.just("cut"), PLACE),
    st.tuples(st.just("drop"), PLACE, st.integers(1, 64)),
    st.tuples(st.just("zero"), PLACE, st.integers(1, 64)),
    st.tuples(st.just("again"), PLACE, st.integers(1, 64), st.integers(1, 40)),
    st.tuples(st.just("splice"), PLACE, st.sampled_from(sorted(SEEDS)), PLACE),
)


class TooLongError(BaseException):
    """No `Exception`: those the readers would turn into an `InputError`."""


def changed(data, change):
    kind, place, *rest = change
    at = place % max(1, len(data))
    match kind:
        case "flip":
            return data[:at] + bytes([data[at] ^ 1 << rest[0]]) + data[at + 1 :] if data else data
        case "byte":
            return data[:at] + bytes(rest[:1]) + data[at + 1 :]
        case "number":
            order = {"<": "little", ">": "big"}[rest[1]]
            size = 2 if rest[0] < 1 << 16 else 4
            return data[:at] + rest[0].to_bytes(size, order) + data[at + size :]
        case "cut":
            return data[:at]
        case "drop":
            return data[:at] + data[at + rest[0] :]
        case "zero":
            return data[:at] + bytes(rest[0]) + data[at + rest[0] :]
        case "again":
            return data[:at] + data[at : at + rest[0]] * rest[1] + data[at + rest[0] :]
        case "splice":
            other = SEEDS[rest[0]]
            return data[:at] + other[rest[1] % len(other) :]


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
    tried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(CHANGES, min_size=1, max_size=6))
    def read_changed(changes):
        nonlocal tried
        tried += 1
        data = SEEDS[name]
        for change in changes:
            data = changed(data, change)
        path.write_bytes(data)
        signal.alarm(10)
        fuzz_files.attempt(path)
        signal.alarm(0)

    try:
        read_changed()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert tried >= EXAMPLES
    assert len(os.listdir("/proc/self/fd")) == len(held)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert grown < 100_000, f"{grown} kB"
    assert capfd.readouterr().err == ""


def test_they_are_twenty_thousand_of_every_format():
    assert len(SEEDS) * EXAMPLES >= 20_000
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
