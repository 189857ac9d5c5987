"""Dreams: the recipe's invariants, its settings, and tiles, mostly with VGG's first layers."""

import dataclasses
import itertools

import numpy as np
import pytest

from jnst.backbones.tables import BACKBONES
from jnst.dreams import ascent as module
from jnst.dreams.activation import Aim
from jnst.dreams.ascent import HALO, ascent, move, spans
from jnst.dreams.dream import dream, load, octave_sizes
from jnst.dreams.settings import SUITING, DreamSettings, aim_of
from jnst.engines import memory
from jnst.errors import InputError
from jnst.pictures import resizing as images
from jnst.weights import network, store

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 40, 48, 3)).astype(np.float32)
QUICK = DreamSettings(
    backbone="vgg19", layers=("relu2_1",), octaves=2, steps=2, jitter=5, smooth=0, size=48
)


@pytest.fixture(scope="module")
def params():
    return store.load("vgg19")


def last(settings, picture=PICTURE, **options):
    return list(dream(picture, settings, load(settings, **options)))[-1]


def changed(**settings):
    return dataclasses.replace(QUICK, **settings)


def aim(*layers, weight=1.0, objective="squares"):
    return Aim(layers, (weight,) * len(layers), ((),) * len(layers), objective)


def gradient(params, picture, chosen, **options):
    return ascent("vgg19", params, picture, chosen, {}, **{"shift": (0, 0), **options})


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
    every = "+".join(map(str, range(128)))
    one, all_, same = (last(changed(channels=(c,))).image for c in ("7", "all", every))
    np.testing.assert_allclose(same, all_, atol=1e-4)
    assert np.abs(one - all_).mean() > 1e-3


def test_a_step_moves_pixels_by_as_much_as_it_says():
    grey, slope = np.full((1, 8, 9, 3), 0.5, np.float32), RNG.normal(size=(1, 8, 9, 3))
    for levels in (0, 2):
        moved = np.asarray(move(grey, 1e5 * slope.astype(np.float32), 0.01, levels))
        assert np.abs(moved - 0.5).mean() == pytest.approx(0.01, rel=1e-4)
    np.testing.assert_array_equal(move(grey, 0 * grey, 0.01, 2), grey)


def test_a_shift_by_the_whole_picture_is_none(params):
    chosen = aim("relu2_1")
    still, round_ = (gradient(params, PICTURE, chosen, shift=s) for s in ((0, 0), (-40, 96)))
    np.testing.assert_array_equal(still.gradient, round_.gradient)
    assert still.total == round_.total


def test_a_shift_of_a_seamless_picture_changes_nothing_inside(params):
    chosen = aim("relu1_2")
    still, moved = (gradient(params, PICTURE, chosen, shift=s) for s in ((0, 0), (3, -5)))
    inside = np.s_[:, 12:-12, 12:-12]
    size = np.abs(still.gradient).max()
    np.testing.assert_allclose(moved.gradient[inside], still.gradient[inside], atol=1e-5 * size)


def test_weights_scale_the_gradient(params):
    one, three = (gradient(params, PICTURE, aim("relu2_1", weight=w)) for w in (1.0, 3.0))
    np.testing.assert_allclose(three.gradient, 3 * one.gradient, rtol=1e-3, atol=1e-6)
    assert three.total == pytest.approx(3 * one.total)


@pytest.mark.parametrize("length", [1, 7, 64, 100, 129])
@pytest.mark.parametrize("tile", [None, 7, 64])
@pytest.mark.parametrize("shift", [-9, 0, 50])
def test_spans_meet_every_pixel_once_and_have_one_size(length, tile, shift):
    found = spans(length, tile, shift)
    met = np.concatenate([span.first + np.arange(span.kept) for span in found]) % length
    assert sorted(met) == list(range(length))
    assert len({span.seen for span in found}) == 1
    for span in found:
        assert span.before + span.kept <= span.seen <= length
        assert tile is None or span.kept <= tile


def test_tiles_of_a_layer_that_sees_little_give_the_gradient_of_the_whole(params, monkeypatch):
    monkeypatch.setattr(module, "HALO", 12)
    chosen = aim("relu1_2", "relu2_1")
    whole = gradient(params, PICTURE, chosen)
    tiles = gradient(params, PICTURE, chosen, tile=24)
    inside = np.s_[:, 12:-12, 12:-12]  # at its edge tiles see the other edge
    size = np.abs(whole.gradient).max()
    np.testing.assert_allclose(tiles.gradient[inside], whole.gradient[inside], atol=1e-4 * size)
    assert tiles.total == pytest.approx(whole.total, rel=0.2)


def test_a_dream_in_tiles_has_no_seams(monkeypatch):
    monkeypatch.setattr(module, "HALO", 8)
    flat = np.full((1, 64, 64, 3), 0.5, np.float32) + 0.02 * RNG.random((1, 64, 64, 3))
    settings = changed(size=64, tile=16, octaves=1, steps=8, jitter=16)
    found = last(settings, picture=flat.astype(np.float32)).image
    across = np.abs(np.diff(found, axis=2)).mean(axis=(0, 1, 3))
    assert across.max() < 1.6 * np.median(across)


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


def test_the_default_network_is_inception_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    assert network.default_backbone() == "vgg19"
    (tmp_path / "inception_v3.h5").touch()
    assert network.default_backbone() == "inception_v3"


def test_weights_that_end_early_say_so(params, monkeypatch):
    half = {k: v for k, v in params.items() if not k.startswith(("conv4", "conv5"))}
    monkeypatch.setitem(network.LEARNT, "trained", lambda name: half)
    found = network.open_network("vgg19", ["relu3_1"])
    assert set(found.params) == {
        "input",
        *(f"conv{i}" for i in ("1_1", "1_2", "2_1", "2_2", "3_1")),
    }
    with pytest.raises(InputError, match=r"end before relu4_1; the last .* is relu3_4$"):
        network.open_network("vgg19", ["relu4_1"])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"size": 0}, "size must be a number of at least 1, not 0"),
        ({"tile": 0}, "tile must be a number of at least 1, not 0"),
        ({"octave_ratio": 1.0}, "octave_ratio must be a number of at least 1.01"),
        ({"step_size": float("nan")}, "step_size must be a number of at least 0, not nan"),
        ({"backbone": "vgg"}, "unknown backbone 'vgg'; choose from vgg16, vgg19"),
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
    chosen = changed(**settings)
    with pytest.raises(InputError) as caught:
        last(chosen, picture=PICTURE[:, :, :48])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_picture_that_nothing_responds_to_is_refused(params):
    black = np.zeros((1, 32, 32, 3), np.float32)
    maps = BACKBONES["vgg19"].features(params, black, ["relu1_1"], padding="edge")["relu1_1"]
    dead = np.flatnonzero(~np.asarray(maps).any((0, 1, 2)))
    assert dead.size, "some channel is silent before a black picture"
    with pytest.raises(InputError, match="nothing in the chosen layers and channels responds"):
        last(changed(layers=("relu1_1",), channels=(str(dead[0]),)), picture=black)


def test_the_halo_is_thrown_away():
    assert HALO == 64
    assert spans(1000, 500, 3)[1] == (503, 500, 64, 628)


@pytest.mark.parametrize(("tile", "instead"), [(None, ", or a tile of 512"), (300, "")])
def test_what_does_not_fit_into_memory_is_refused_before_the_first_step(tile, instead, monkeypatch):
    settings = changed(tile=tile)
    kit = load(settings)
    monkeypatch.setattr(memory, "available", lambda: 800_000)
    says = (
        rf"^at 48 x 40 pixels a dream needs 0\.\d GB, and 0\.0 can be used: take size \d+{instead}$"
    )
    with pytest.raises(InputError, match=says):
        next(dream(PICTURE, settings, kit))


def test_where_it_is_not_clear_the_compiler_is_asked(monkeypatch):
    kit, asked, account = load(QUICK), [], memory.account
    bound = memory.stateless_loop_bytes((1, 40, 48, 3)) + memory.at_most(
        "vgg19", ["relu2_1"], (1, 40, 48, 3)
    )
    monkeypatch.setattr(memory, "available", lambda: 0.99 * bound / memory.USABLE)
    monkeypatch.setattr(memory, "account", lambda one: asked.append(account(one)) or asked[-1])
    assert next(dream(PICTURE, QUICK, kit)).step == 1
    assert 0 < asked[0] < bound
