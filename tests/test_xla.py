"""Devices are asked for late; compiled programs are kept in the user's cache folder."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from helpers import ROOT

import jnst.cli
from jnst import stylize, xla
from jnst.backbones import nn
from jnst.pictures import samples

SMALL = ["stylize", "--size", "32", "--steps", "1", "--quiet"]


@pytest.mark.usefixtures("tiny")
def test_programs_are_kept_in_the_cache_folder_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    before = jax.config.jax_compilation_cache_dir
    words = [*SMALL, "--engine", "byhand", "-o", str(tmp_path / "out.png")]
    assert jnst.cli.main([*words, "--no-cache"]) == 0
    assert jax.config.jax_compilation_cache_dir == before
    assert jnst.cli.main(words) == 0
    assert jax.config.jax_compilation_cache_dir == str(tmp_path / "cache" / "jnst" / "xla")


def paint_with_cache(folder):
    """Paint a small picture with this as the user's cache folder; return what was complained of.

    It is compiled as users have it: what takes less than half a second is not kept.
    """
    command = [sys.executable, ROOT / "tests/support/tiny.py", *SMALL]
    environment = os.environ | {name: str(folder) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")}
    environment.pop("XLA_FLAGS", None)
    ended = subprocess.run(
        [*command, "-o", folder.with_suffix(".png")],
        env=environment | {"HOME": str(folder)},
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ended.stderr


@pytest.mark.slow
def test_what_was_kept_and_is_damaged_does_no_harm(tmp_path):
    home = tmp_path / "home"
    assert paint_with_cache(home) == ""
    kept = [path for path in home.rglob("jnst/xla/*") if path.is_file()]
    assert kept
    for path in kept:
        os.truncate(path, 100)  # as it is after a power cut
    assert paint_with_cache(home) == ""


@pytest.mark.slow
def test_a_cache_folder_that_cannot_be_used_does_no_harm(tmp_path):
    (tmp_path / "cache").write_text("")
    assert paint_with_cache(tmp_path / "cache") == ""


def run_without_devices(commands, *, name="JAX_PLATFORMS"):
    """Run commands of `jnst` where the environment asks for devices that are not there.

    The last line that is printed is the list of their exit statuses.
    """
    program = f"import jnst.cli; print([jnst.cli.main(words) for words in {commands!r}])"
    command = [sys.executable, "-c", program]
    environment = {key: value for key, value in os.environ.items() if key != "JAX_PLATFORMS"}
    environment[name] = "cuda"
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.skipif(jax.default_backend() == "gpu", reason="here are such devices")
def test_what_needs_no_device_asks_for_none():
    words = [["--version"], ["--help"], ["stylize", "--list", "presets"]]
    ended = run_without_devices(words)
    assert (ended.stdout.splitlines()[-1], ended.stderr) == ("[0, 0, 0]", "")
    assert all(part in ended.stdout for part in (jnst.__version__, "usage", "gatys2016"))


@pytest.mark.skipif(jax.default_backend() == "gpu", reason="here are such devices")
@pytest.mark.parametrize("name", ["JAX_PLATFORMS", "JAX_PLATFORM_NAME"])
def test_devices_that_are_not_there_are_one_line(tmp_path, name):
    commands = (
        SMALL,
        ["dream", "--size", "32", "--backbone", "vgg19"],
        ["visualize", "--backbone", "vgg19", "--layer", "relu1_1"],
    )
    output = ["-o", str(tmp_path / "out.png")]
    ended = run_without_devices([[*words, *output] for words in commands], name=name)
    assert ended.stdout == "[2, 2, 2]\n"
    says = (
        f"jnst: the environment variable {name} asks for 'cuda', which JAX cannot use here; "
        "leave it out, or set it to cpu\n"
    )
    assert ended.stderr == says * 3
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="is about programs for the CPU")
def test_convolutions_of_few_channels_are_not_left_to_a_library_that_uses_one_core():
    x, kernel = np.zeros((1, 66, 66, 32), np.float32), np.zeros((3, 3, 32, 32), np.float32)
    thin, other = (
        xla.jit(lambda x, k: nn.conv2d(x, k, np.zeros(32), frame="valid"), thin=thin)
        .lower(x, kernel)
        .compile()
        .as_text()
        for thin in (True, False)
    )
    if "ynn" not in other:
        pytest.skip("this XLA has no YNNPACK")
    assert "ynn" not in thin


@pytest.mark.slow
@pytest.mark.usefixtures("tiny")
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="mappings are Linux's")
def test_pictures_of_many_shapes_in_one_process_do_not_add_up(monkeypatch):
    """Linux gives a process 65 530 mappings, and every program takes some."""
    monkeypatch.setattr(xla, "MOST_COMPILED", 6)  # three pictures, each with its painting
    monkeypatch.setattr(xla, "_compiled", set())
    quick = {"size": 32, "steps": (1,), "style_loss": "gram", "optimizer": "sgd"}
    quick |= {"content_layers": ("relu1_1",), "style_layers": ("relu1_1",)}
    counts = []
    for width in range(24, 31):
        content = samples.content()[:24, :width]
        stylize(content, samples.STYLE, **quick)
        gc.collect()
        counts.append(len(Path("/proc/self/maps").read_text().splitlines()))
    rising = counts[2] - counts[0]
    assert rising > 100, "nothing was compiled"
    assert max(counts[4:]) < counts[2] + rising


def test_without_a_home_there_is_no_cache_and_no_fault(monkeypatch):
    def homeless(*arguments, **options):
        raise RuntimeError("could not determine the home directory")

    before = jax.config.jax_compilation_cache_dir
    monkeypatch.setattr(xla.platformdirs, "user_cache_path", homeless)
    xla.keep_compiled_programs()
    assert jax.config.jax_compilation_cache_dir == before


def test_a_folder_that_the_user_named_to_jax_is_left(monkeypatch, tmp_path):
    before = jax.config.jax_compilation_cache_dir
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "own"))
    xla.keep_compiled_programs(folder=tmp_path / "ours")
    assert jax.config.jax_compilation_cache_dir == before


STRICT = {
    "jax_numpy_rank_promotion": "raise",
    "jax_numpy_dtype_promotion": "strict",
    "jax_transfer_guard": "disallow",
    "jax_debug_infs": True,
}


@pytest.mark.usefixtures("tiny")
def test_strict_switches_of_the_caller_are_none_of_our_business():
    before = {name: getattr(jax.config, name) for name in STRICT}
    quick = {"size": 32, "steps": (2,), "optimizer": "adam"}
    expected = stylize(samples.content(), samples.STYLE, **quick)
    try:
        for name, value in STRICT.items():
            jax.config.update(name, value)
        found = stylize(samples.content(), samples.STYLE, **quick)
        assert {name: getattr(jax.config, name) for name in STRICT} == STRICT
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
    np.testing.assert_array_equal(found, expected)


def test_between_the_steps_of_a_generator_the_switches_are_the_callers():
    @xla.own_switches
    def steps():
        try:
            for _ in range(2):
                yield jax.config.jax_numpy_rank_promotion
        finally:
            closed.append(1)

    closed = []
    with jax.numpy_rank_promotion("raise"):
        found = steps()
        assert next(found) == "allow"
        assert jax.config.jax_numpy_rank_promotion == "raise"
        found.close()
        assert closed == [1]
        assert list(steps()) == ["allow"] * 2


def test_one_device_of_several_computes_everything():
    program = """
import jax.numpy as jnp
from jnst.errors import InputError
from jnst.xla import find_devices, jit, use_device
try:
    use_device("cpu:2")
except InputError as error:
    print(error)
use_device("cpu:1")
print(find_devices(), jit(lambda x: x + 1)(jnp.zeros(3)).devices())
use_device("cpu")
print(len(find_devices()))
try:
    use_device("tpu")
except InputError as error:
    print(error)
"""
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ended.stdout.splitlines() == [
        "JAX finds no device cpu:2 here; the last one is cpu:1",
        "[CpuDevice(id=1)] {CpuDevice(id=1)}",
        "2",
        "JAX finds no device tpu here; leave out device, or take cpu",
    ]


@pytest.mark.usefixtures("tiny")
def test_the_command_line_asks_for_it(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(xla, "use_device", asked.append)
    words = [*SMALL, "--no-cache", "--engine", "byhand", "-o", str(tmp_path / "out.png")]
    assert jnst.cli.main([*words, "--device", "cuda:1"]) == 0
    assert asked == ["cuda:1"]
    assert jnst.cli.main([*words, "--device", "gpu"]) == 2
    says = "jnst: --device must be cpu, cuda or tpu, or with a number as in cuda:1, not 'gpu'\n"
    assert capsys.readouterr().err == says
    assert asked == ["cuda:1"]
