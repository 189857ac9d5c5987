"""Settings of a dream: their defaults, and what is refused."""

import dataclasses

import numpy as np
import pytest

from jnst.backbones.tables import BACKBONES
from jnst.dreams.checks import SUITING, aim_of
from jnst.dreams.dream import dream, load
from jnst.dreams.settings import DreamSettings
from jnst.engines import memory
from jnst.errors import InputError

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 40, 48, 3)).astype(np.float32)
QUICK = DreamSettings(
    backbone="vgg19", layers=("relu2_1",), octaves=2, steps=2, jitter=5, smooth=0, size=48
)


def last(settings, picture=PICTURE, **options):
    return list(dream(picture, settings, load(settings, **options)))[-1]


def changed(**settings):
    return dataclasses.replace(QUICK, **settings)


def test_defaults_suit_every_backbone():
    for name in BACKBONES:
        backbone, chosen = aim_of(DreamSettings(backbone=name))
        assert backbone == name
        assert (
            dict(zip(chosen.layers, chosen.weights, strict=True))
            == (SUITING[name.removesuffix("-torchvision")][1])
        )
    _, chosen = aim_of(DreamSettings(backbone="vgg19", layers=("relu1_1", "pool1")))
    assert chosen.weights == (1.0, 1.0), "the default weights are those of the default layers"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"size": 0}, "size must be a number of at least 1, not 0"),
        ({"tile": 0}, "tile must be a number of at least 1, not 0"),
        ({"octave_ratio": 1.0}, "octave_ratio must be a number of at least 1.01"),
        ({"step_size": float("nan")}, "step_size must be a number of at least 0, not nan"),
        ({"backbone": "vgg"}, "unknown backbone 'vgg' (did you mean vgg19?); choose from vgg16"),
        ({"layers": ("relu2_3",)}, "unknown layer of vgg19 'relu2_3'; the nearest names are relu"),
        ({"layers": ("relu2_1", "relu2_1")}, "layers names a layer twice"),
        ({"layer_weights": (1.0, 2.0)}, "layer_weights has 2 entries for 1 layers"),
        ({"layer_weights": (-1.0,)}, "layer_weights must be a number of at least 0, not -1"),
        ({"layer_weights": (0.0,)}, "layer_weights must not all be 0"),
        ({"channels": ("128",)}, "channels of relu2_1 must be all, or numbers from 0 to 127"),
        ({"channels": ("7+1+7",)}, "channels of relu2_1 has a number twice: 7+1+7"),
        ({"octaves": 31}, "octaves must be at most 30, not 31"),
        ({"octave_ratio": 1e200}, "octave_ratio must be at most 10, not 1e+200"),
        ({"channels": ("1,2",)}, "joined by +, not '1,2'"),
        (
            {"layers": ("relu5_1",), "octaves": 4},
            "17 x 15 pixels, but relu5_1 needs at least 16 x 16",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(settings, says):
    chosen = changed()
    for name, value in settings.items():
        object.__setattr__(chosen, name, value)  # past the types that tests insist on
    with pytest.raises(InputError) as caught:
        last(chosen, picture=PICTURE[:, :, :48])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("tile", "instead"), [(None, ", or a tile of 512"), (300, "")])
def test_what_does_not_fit_into_memory_is_refused_before_the_first_step(tile, instead, monkeypatch):
    settings = changed(tile=tile)
    prepared = load(settings)
    monkeypatch.setattr(memory, "available", lambda: 800_000)
    says = (
        rf"^at 48 x 40 pixels a dream needs 0\.\d GB, and 0\.0 can be used: take size \d+{instead}$"
    )
    with pytest.raises(InputError, match=says):
        next(dream(PICTURE, settings, prepared))
