"""One picture on several devices is the same as on one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import pytest
from helpers import ROOT
from jax.sharding import PartitionSpec

import jnst
from jnst.engines.sharding import sharding
from jnst.errors import InputError
from jnst.pictures import samples

SCRIPT = Path(__file__).with_name("sharded.py")


def start(*arguments, devices):
    flags = os.environ.get("XLA_FLAGS", "")
    flags += f" --xla_force_host_platform_device_count={devices}"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])
    environment = {**os.environ, "XLA_FLAGS": flags, "PYTHONPATH": paths}
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


def results(process):
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def check(found, devices):
    assert len(found) == 2
    for result in found:
        assert result["devices"] == devices
        assert result["total"] < 1e-9
        assert result["gradient"] < 1e-9
        assert result["exchanges"] > 10  # rows beyond the cut, at each convolution and back


@pytest.mark.slow
def test_eight_devices():
    *evaluations, run = results(start(devices=8))
    check(evaluations, 8)
    assert run["run"] < 1e-4
    assert run["compiled"] == 1  # later steps find everything where the first one did


@pytest.mark.slow
def test_two_processes():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    both = [start(address, 2, number, devices=1) for number in range(2)]
    for process in both:
        check(results(process), 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"devices": 99}, "devices must be at most 1, as many as there are, not 99"),
        ({"devices": 0}, "devices must be"),
        ({"devices": 2, "engine": "byhand"}, "engine byhand cannot do devices 2"),
        ({"devices": 2, "tile": 64}, "tiles are computed on one device"),
    ],
)
def test_what_cannot_be_shared_is_said(options, says):
    with pytest.raises(InputError, match=says):
        jnst.stylize(samples.content(), samples.STYLE, **options)


def test_rows_are_what_is_divided():
    """Not columns: of a picture in memory, rows lie together."""
    one = jax.devices()[:1]
    assert sharding(one, "rows").spec == PartitionSpec(None, "rows")
    assert sharding(one).spec == PartitionSpec()
