import dataclasses
import os
import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest
from helpers import ROOT

from jnst.methods.plain import make_plain, plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([3, 2], (3, 2)),
        ((np.int64(3), [np.float32(0.5)]), (3, (0.5,))),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        (jnp.array([1, 2]), (1, 2)),
        (jnp.float32(0.25), 0.25),
        ("relu1_1", "relu1_1"),
        (None, None),
    ],
)
def test_lists_arrays_and_numbers(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_what_has_more_dimensions_is_left_to_the_checks():
    given = np.ones((2, 2))
    assert plain(given) is given


@dataclasses.dataclass(frozen=True)
class Options:
    """Settings of a few kinds."""

    steps: tuple[int, ...] = ()
    weight: float = 0.0
    name: str = "a"

    def __post_init__(self):
        make_plain(self)


def test_settings_are_plain_and_can_be_keys():
    options = Options(steps=[np.int64(3), 2], weight=np.float32(0.5))
    assert options == Options(steps=(3, 2), weight=0.5)
    assert hash(options) == hash(Options(steps=(3, 2), weight=0.5))
    assert dataclasses.replace(options, steps=[1]).steps == (1,)


PROGRAM = """
import numpy as np, jnst, tiny
from jnst.dreams.settings import DreamSettings
from jnst.dreams.visualize import VisualizeSettings
from jnst.transfer.settings import Settings

found = [
    Settings(steps=[3], blend=np.ones(2), content_weight=np.float32(0.5), size=np.int64(32)),
    DreamSettings(layers=["relu1_1"], layer_weights=np.ones(1), size=np.int64(32)),
    VisualizeSettings(layer="relu1_1", channel=[3], seed=np.int64(1)),
]
for one in found:
    hash(one)
    assert all(isinstance(v, str | int | float | tuple | None) for v in vars(one).values()), one
content, style = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
options = {"size": 32, "style_loss": "remd", "first_size": None}
with tiny.installed():
    one = jnst.stylize(content, style, steps=[2], style_layers=["relu1_1"], **options)
    other = jnst.stylize(content, style, steps=(2,), style_layers=("relu1_1",), **options)
assert (one.array == other.array).all()
"""


@pytest.mark.slow
def test_a_list_paints_what_a_tuple_does():
    """With `remd` it once was no key of what is kept of a program. Elsewhere types are checked."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests/support")))
    command = [sys.executable, "-c", PROGRAM]
    environment = os.environ | {"PYTHONPATH": paths}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
