"""Settings that cannot be used, alone or together, are refused in one line that names them."""

import dataclasses
import subprocess
import sys
import typing

import jax
import pytest
from helpers import ROOT

from jnst.backbones import vgg
from jnst.backbones.tables import BACKBONES
from jnst.byhand.losses import jitter
from jnst.engines import build
from jnst.errors import InputError
from jnst.feedforward.networks import multistyle
from jnst.optimize import optimizers
from jnst.transfer import checks
from jnst.transfer.checks import check
from jnst.transfer.onepass.checks import NUMBERS
from jnst.transfer.settings import Settings

BAD = {
    "size": (0, -5),
    "steps": ((0,), (2.5,), (5, "many"), (), 20),
    "style_size": (0, 2.5),
    "first_size": (0, 2.5),
    "size_ratio": (1.0, 0.5, float("inf")),
    "average": (-0.1, 1.0, float("nan")),
    "style_loss": ("l2",),
    "tv": ("l1",),
    "tv_scale": ("big",),
    "padding": ("reflect",),
    "content_weight": (-1.0, float("nan"), float("inf")),
    "style_weight": (-1.0,),
    "tv_weight": (-0.1,),
    "tv_beta": (0.4,),
    "seed": (-1,),
    "jitter": (-1, 17, 2.5),
    "learning_rate": (0.0, -1.0, float("nan"), float("inf")),
    "content_layers": ("relu4_2", ("relu6_1",), ("4_2",), ["relu1_1", "relu1_1"]),
    "style_layers": (("relu1_1", "relu9_9"), ()),
    "style_layer_weights": (1.0, (1.0, 2.0), (0.0,) * 5, (1.0, 1.0, 1.0, 1.0, -1.0)),
    "init": ("random",),
    "init_noise": (-0.1, float("nan")),
    "history": (0, 2.5),
    "blend": ((0.0, 0.0), (1.0, -1.0), 1.0),
    "colour": ("sepia",),
    "content_loss": ("pixels",),
    "optimizer": ("rmsprop",),
    "pooling": ("min",),
    "backbone": ("alexnet",),
    "content_scale": ("big",),
    "gram_normalization": ("none",),
    "style_scale": ("big", "half"),
    "engine": ("torch",),
}


def test_the_defaults_can_be_used():
    check(Settings())


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_a_bad_value_is_named_in_one_line(name, value):
    settings = Settings()
    object.__setattr__(settings, name, value)  # what a caller without a type checker can do
    if name == "style_layers" and value == ():
        object.__setattr__(settings, "content_layers", ())
    with pytest.raises(InputError) as caught:
        check(settings)
    message = str(caught.value)
    assert "\n" not in message
    assert name.replace("_layers", "").split("_")[0] in message.replace("layer of vgg19", name)


ODD = """
import contextlib, dataclasses, math
import numpy as np
from jnst.errors import InputError
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings

values = [None, True, 0, 1, -1, 2.5, math.nan, math.inf, 1j, 10**400, "x", "1", "", b"x", object()]
values += [{}, {1}, {"a": 1}, range(3), np.float32(0.5), np.int64(3), np.array([1, 2])]
values += [np.array("x"), [], [1], ["x"], [[1]], ["1"] * 5, [None], [None] * 5, [1.0] * 5]
values += [[True] * 5, [math.nan] * 5, [1j] * 5]
for field in dataclasses.fields(Settings):
    for value in values:
        try:
            with contextlib.suppress(InputError):
                check(Settings(**{field.name: value}))
        except Exception as error:
            print(field.name, value, repr(error))
"""


def test_no_value_of_any_type_is_more_than_refused():
    """In a process of its own, for in this one types are checked at every call."""
    command = [sys.executable, "-c", ODD]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert ended.stdout == ""


def choices(hint):
    """List the names that a Literal allows, or one that may also be None."""
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    return [
        choice for part in typing.get_args(hint) if part is not hint for choice in choices(part)
    ]


HINTS = typing.get_type_hints(Settings)
LITERALS = [name for name, hint in HINTS.items() if choices(hint)]


def test_choices_are_those_that_check_allows():
    checked = 0
    for name, hint in typing.get_type_hints(Settings).items():
        for choice in choices(hint):
            settings = dataclasses.replace(Settings(style_loss="gram"), **{name: choice})
            # What is a scale of some loss may be none of another.
            if choice == "columns" or name == "content_loss":
                settings = dataclasses.replace(
                    settings, content_loss="self-similarity", content_scale="mean"
                )
            if (name, choice) == ("style_scale", "sum"):
                settings = dataclasses.replace(settings, style_loss="moments")
            if name == "method":  # in one pass there is no loss
                numbers = (7,) if choice == "multistyle" else ()
                settings = Settings(method=choice, style_number=numbers)
            check(settings)
            checked += 1
    assert checked > 40


@pytest.mark.parametrize("name", LITERALS)
def test_a_choice_that_there_is_not_is_refused(name):
    settings = Settings()
    object.__setattr__(settings, name, "no such thing")  # what no type checker would let pass
    with pytest.raises(InputError, match=name if name != "backbone" else "no such thing"):
        check(settings)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"content_weight": 1e39}, "content_weight must be at most 1e[+]37, not 1e[+]39"),
        ({"tv_weight": 1e300}, "tv_weight must be at most"),
        ({"init_noise": 1e300}, "init_noise must be at most"),
        ({"learning_rate": 1e39, "optimizer": "adam"}, "learning_rate must be at most"),
        ({"size": 10**9}, "size must be at most 65535"),
        ({"first_size": 10**400}, "first_size must be at most 65535, not 1000"),
        ({"style_size": 10**9}, "style_size must be at most"),
        ({"steps": (10, 10**9)}, r"steps\[1\] must be at most"),
        ({"history": 10**9}, "history must be at most"),
        ({"style_layers": ("relu1_1",) * 9}, "names a layer twice: relu1_1$"),
        ({"devices": 10**9}, "devices must be at most"),
        ({"size": True}, "size must be a whole number, not True"),
    ],
)
def test_numbers_beyond_all_use(settings, match):
    with pytest.raises(InputError, match=match) as caught:
        check(dataclasses.replace(Settings(), **settings))
    assert len(str(caught.value)) < 100


WHOLE = {"style_loss": "sliced"}


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        (WHOLE, "sliced cannot be computed in tiles"),
        ({"content_loss": "self-similarity", "content_scale": "mean"}, "self-similarity cannot"),
        ({"normalize_gradients": True}, "normalize_gradients needs all of the picture at once"),
        (
            {
                "backbone": next(name for name, one in BACKBONES.items() if one.geometry is None),
                "style_layers": (),
            },
            "cannot be computed in tiles; choose from vgg16, vgg19",
        ),
        ({"devices": 2}, "leave out tile, or devices"),
        ({"engine": "byhand"}, "engine byhand cannot do tile 256"),
    ],
)
def test_tiles_that_cannot_be_are_refused(settings, match):
    with pytest.raises(InputError, match=match):
        check(dataclasses.replace(Settings(tile=256), **settings))
    if settings == WHOLE:
        check(Settings(**WHOLE))  # without tiles it can


def test_as_many_devices_as_there_are_can_be_used():
    there = jax.device_count()
    check(Settings(devices=there))
    with pytest.raises(InputError, match=f"devices must be at most {there}, as many as there are"):
        check(Settings(devices=there + 1))


def test_nothing_is_built_to_see_whether_it_could_be(monkeypatch):
    for name in ("engine", "in_tiles", "on_devices", "autodiff", "by_hand"):
        monkeypatch.delattr(build, name)
    check(Settings(tile=256))
    check(Settings(devices=jax.device_count()))


def test_scipy_keeps_no_average():
    with pytest.raises(InputError, match="needs the same objective at every step"):
        check(Settings(optimizer="scipy-lbfgs", jitter=8))
    with pytest.raises(InputError, match="keeps no average"):
        check(Settings(optimizer="scipy-lbfgs", average=0.9))


def test_numbers_that_are_written_down_twice_are_the_same():
    """To import what has them would make the command line wait for JAX."""
    assert checks.MOST["jitter"] == jitter.MOST
    assert tuple(vgg.LAYERS) == checks.NORMALIZED
    assert tuple(optimizers.LEARNING_RATES) == checks.WITH_RATE
    assert Settings().history == optimizers.HISTORY
    assert tuple(map(str, range(multistyle.STYLES))) == NUMBERS
