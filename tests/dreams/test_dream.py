"""Dreams from the first octave to the last."""

import dataclasses
import itertools

import numpy as np
import pytest

from jnst.backbones.tables import BACKBONES
from jnst.dreams import ascent as module
from jnst.dreams.dream import dream, load, octave_sizes
from jnst.dreams.settings import DreamSettings
from jnst.engines import memory
from jnst.errors import InputError
from jnst.pictures import resizing as images
from jnst.weights import network

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 40, 48, 3)).astype(np.float32)
pytestmark = pytest.mark.usefixtures("tiny")
QUICK = DreamSettings(
    backbone="vgg19", layers=("relu2_1",), octaves=2, steps=2, jitter=5, smooth=0, size=48
)


@pytest.fixture(scope="module")
def params(tiny):
    return network.WEIGHTS["trained"]("vgg19")


def last(settings, picture=PICTURE, **options):
    return list(dream(picture, settings, load(settings, **options)))[-1]


def changed(**settings):
    return dataclasses.replace(QUICK, **settings)


def test_a_dream_goes_through_its_octaves_and_stays_a_picture():
    settings = changed(octaves=3, octave_ratio=1.5)
    found = list(dream(PICTURE, settings, load(settings)))
    assert [p.step for p in found] == [1, 2, 3, 4, 5, 6]
    sizes = [p.image.shape[1:3] for p in found[::2]]
    assert sizes == octave_sizes(40, 48, settings) == [(18, 21), (27, 32), (40, 48)]
    for p in found:
        assert p.image.dtype == np.float32
        assert p.image.min() >= 0
        assert p.image.max() <= 1
        assert p.total == pytest.approx(sum(p.parts.values()))


@pytest.mark.parametrize("objective", ["squares", "mean"])
@pytest.mark.parametrize("smooth", [0, 2])
def test_ascent_raises_the_objective(objective, smooth):
    settings = changed(octaves=1, steps=6, jitter=0, objective=objective, smooth=smooth)
    totals = [p.total for p in dream(PICTURE, settings, load(settings))]
    assert all(b > a for a, b in itertools.pairwise(totals))
    assert totals[-1] > 1.2 * totals[0]


def test_what_was_dreamt_small_is_still_there_when_large():
    settings = changed(octaves=2, octave_ratio=2.0, jitter=0, step_size=8.0)
    small, large = [p.image for p in dream(PICTURE, settings, load(settings))][1::2]
    base = images.resize(PICTURE, 20, 24)
    dreamt, kept = small - base, images.resize(large, 20, 24) - base
    assert np.corrcoef(dreamt.ravel(), kept.ravel())[0, 1] > 0.5


def test_no_step_no_dream_but_the_picture():
    np.testing.assert_array_equal(last(changed(step_size=0.0)).image, PICTURE)


def test_the_same_seed_gives_the_same_dream_and_another_seed_another():
    one, again, other = (last(changed(seed=seed)).image for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_noise_is_another_beginning_whatever_the_picture():
    one, two = (last(changed(start="noise"), picture=p).image for p in (PICTURE, PICTURE / 2))
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - PICTURE).mean() > 0.1


def test_a_guide_changes_the_dream_and_what_it_shows_comes_nearer():
    guide = np.zeros((1, 32, 32, 3), np.float32)
    guide[:, ::2] = 1
    steady = changed(octaves=1, jitter=0, steps=5, guide_size=32)
    totals = [p.total for p in dream(PICTURE, steady, load(steady, guide=guide))]
    assert totals[-1] > totals[0]
    assert (last(steady, guide=guide).image != last(steady).image).any()


def test_only_the_chosen_channels_count():
    every = "+".join(map(str, range(8)))
    one, all_, same = (last(changed(channels=(c,), octaves=1)).image for c in ("7", "all", every))
    np.testing.assert_allclose(same, all_, atol=1e-4)
    assert np.abs(one - all_).mean() > 1e-3


def test_a_dream_in_tiles_has_no_seams(monkeypatch):
    monkeypatch.setattr(module, "HALO", 8)
    flat = np.full((1, 64, 64, 3), 0.5, np.float32) + 0.02 * RNG.random((1, 64, 64, 3))
    settings = changed(size=64, tile=16, octaves=1, steps=8, jitter=16)
    found = last(settings, picture=flat.astype(np.float32)).image
    across = np.abs(np.diff(found, axis=2)).mean(axis=(0, 1, 3))
    assert across.max() < 1.6 * np.median(across)


def test_a_picture_that_nothing_responds_to_is_refused(params):
    black = np.zeros((1, 32, 32, 3), np.float32)
    maps = BACKBONES["vgg19"].features(params, black, ["relu1_1"], padding="edge")["relu1_1"]
    dead = np.flatnonzero(~np.asarray(maps).any((0, 1, 2)))
    assert dead.size, "some channel is silent before a black picture"
    with pytest.raises(InputError, match="nothing in the chosen layers and channels responds"):
        last(changed(layers=("relu1_1",), channels=(str(dead[0]),)), picture=black)


def test_where_it_is_not_clear_the_compiler_is_asked(monkeypatch):
    prepared, asked, account = load(QUICK), [], memory.account
    bound = memory.stateless_loop_bytes((1, 40, 48, 3)) + memory.at_most(
        "vgg19", ["relu2_1"], (1, 40, 48, 3)
    )
    monkeypatch.setattr(memory, "available", lambda: 0.99 * bound / memory.USABLE)
    monkeypatch.setattr(memory, "account", lambda one: asked.append(account(one)) or asked[-1])
    assert next(dream(PICTURE, QUICK, prepared)).step == 1
    assert 0 < asked[0] < bound
