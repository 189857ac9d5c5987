"""Window by window is the same as all at once: value, parts, gradient and targets."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from evaluations import CASES, IMAGE, PAINTING, PHOTOGRAPH, RNG, SMALL, check_tiles, whole
from gradcheck import close

import jnst
from jnst.backbones.tables import BACKBONES
from jnst.engines.build import engine, in_tiles
from jnst.engines.tiling import Tiles, evaluator, measurer
from jnst.errors import InputError
from jnst.losses import content, gram, objective
from jnst.losses.objective import Constants, Goal, PictureGoal
from jnst.pictures import samples
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny", "in_float64")


MORE = dict.fromkeys(set(CASES) - {"average"}, pytest.mark.slow)


@pytest.mark.parametrize("case", [pytest.param(case, marks=MORE.get(case, ())) for case in CASES])
def test_value_parts_and_gradient(case):
    check_tiles(case, 24)


def test_grad_and_value_of_a_loss_on_the_picture_with_a_target():
    """It is evaluated whole, across the seams, with a target that the program is given."""

    def bent(picture, target):
        return jnp.sum(target["mask"] * jnp.sin(picture - target["picture"]) ** 2)

    image, picture = RNG.random((2, 1, 61, 46, 3))
    settings = Settings(style_loss="gram", style_layers=("relu1_1",), content_layers=())
    extract = partial(BACKBONES["vgg19"].features, **settings.resolved.objective.network)
    style = objective.Term(gram.statistic, gram.distance)
    terms = objective.Terms({"style": style}, {"bent": bent})
    target = objective.targets(style, extract, SMALL, picture, {"relu1_1": None})["relu1_1"]
    constants = Constants(SMALL, {"style": {"relu1_1": [Goal(target, 0.7)]}}, {})
    every = jax.jit(partial(objective.evaluate, terms, extract))
    tiled = evaluator(terms, extract, Tiles(24, BACKBONES["vgg19"].geometry))
    for weight in (0.3, 2.0):
        goal = PictureGoal(weight, {"picture": picture, "mask": RNG.random((1, 61, 46, 1))})
        given = constants._replace(picture_goals={"bent": goal})
        expected, found = every(given, image), tiled(given, jnp.asarray(image))
        close(found.gradient, expected.gradient)
        assert found.parts.keys() == expected.parts.keys() == {"style", "bent"}
        for name, part in expected.parts.items():
            assert float(found.parts[name]) == pytest.approx(float(part), rel=1e-9), name
        assert float(found.total) == pytest.approx(float(expected.total), rel=1e-9)


def test_several_goals_with_regions():
    layers = {"style_layers": ("relu1_1", "relu2_1"), "content_layers": ("relu2_2",)}
    settings = Settings(style_loss="gram", **layers)
    chosen, constants = whole(settings, goals=2)
    geometry = BACKBONES["vgg19"].geometry
    goals = {
        layer: [
            goal._replace(region=RNG.random((1, 61 // stride, 46 // stride, 1)), weight=weight)
            for goal, weight in zip(found, (0.3, 0.9), strict=True)
        ]
        for layer, found in constants.goals["style"].items()
        for stride in [geometry[layer].stride]
    }
    constants = constants._replace(goals={**constants.goals, "style": goals})
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    found = in_tiles(settings.resolved.objective, 24).evaluate(constants, jnp.asarray(IMAGE))
    close(found.gradient, expected.gradient)
    assert float(found.total) == pytest.approx(float(expected.total), rel=1e-9)


@pytest.mark.parametrize("guided", [False, True])
@pytest.mark.parametrize("style_loss", ["gram", "wasserstein"])
def test_targets(style_loss, guided):
    settings = Settings(style_loss=style_loss)
    every, tiled = (
        engine("jax", settings.resolved.objective),
        in_tiles(settings.resolved.objective, 24),
    )
    layers = dict.fromkeys(settings.resolved.content_layers)
    (expected,), (found,) = (
        e.targets("content", SMALL, PHOTOGRAPH, layers).values() for e in (every, tiled)
    )
    close(found, expected)
    regions = dict.fromkeys(settings.resolved.style_layers)
    if guided:
        for layer in regions:
            stride = BACKBONES["vgg19"].geometry[layer].stride
            regions[layer] = RNG.random((1, 53 // stride, 58 // stride, 1))
    expected, found = (e.targets("style", SMALL, PAINTING, regions) for e in (every, tiled))
    for layer in regions:
        ours, theirs = found[layer], expected[layer]
        if style_loss == "wasserstein":  # roots are free to turn: BᵀB is what is meant
            ours, theirs = ((t.mean, t.root.T @ t.root, t.trace) for t in (ours, theirs))
        for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
            close(one, other)


def test_an_interrupted_margin_would_be_seen(monkeypatch):
    """The tests above can fail: with two pixels of reach less the gradient is another."""
    settings = Settings(style_loss="gram", style_layers=("relu2_2",), content_layers=("relu2_2",))
    chosen, constants = whole(settings)
    geometry = BACKBONES["vgg19"].geometry
    short = {name: layer._replace(reach=layer.reach - 2) for name, layer in geometry.items()}
    network = BACKBONES["vgg19"]._replace(geometry=short)
    monkeypatch.setitem(BACKBONES, "vgg19", network)
    in_tiles.cache_clear()
    found = in_tiles(settings.resolved.objective, 24).evaluate(constants, jnp.asarray(IMAGE))
    in_tiles.cache_clear()
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    assert np.abs(found.gradient - expected.gradient).max() > 1e-6 * np.abs(expected.gradient).max()


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "scipy-lbfgs"])
def test_a_run_in_tiles_paints_the_same_picture(optimizer):
    options = {"size": 64, "steps": (2,), "optimizer": optimizer, "style_loss": "gram"}
    one, other = (
        jnst.stylize(samples.content(), samples.STYLE, tile=tile, **options).array
        for tile in (32, "off")
    )
    assert one.shape == (43, 64, 3)
    assert np.abs(one - other).mean() < 1e-4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"style_loss": "remd"}, "remd cannot be computed in tiles; choose from gram, wasserstein"),
        ({"content_loss": "self-similarity", "content_scale": "mean"}, "choose from features"),
        ({"normalize_gradients": True}, "normalize_gradients needs all of the picture at once"),
        ({"engine": "byhand"}, "engine byhand cannot do tile 64"),
    ],
)
def test_what_cannot_be_cut_is_said(options, says):
    with pytest.raises(InputError, match=says):
        jnst.stylize(samples.content(), samples.STYLE, tile=64, **options)


def test_only_one_window_is_ever_compiled():
    """All windows of a picture have one shape: a few programs, however many windows there are."""
    seen = []
    settings = Settings(style_loss="gram", style_layers=("relu1_1",), content_layers=("relu1_1",))
    _, constants = whole(settings)
    extract = partial(BACKBONES["vgg19"].features, **settings.resolved.objective.network)

    def counted(params, image, layers):
        seen.append(image.shape)
        return extract(params, image, layers)

    tiles = Tiles(32, BACKBONES["vgg19"].geometry)
    both = {
        "content": objective.Term(
            content.statistic, content.distance, part=content.part, of_parts=content.of_parts
        ),
        "style": objective.Term(gram.statistic, gram.distance),
    }
    terms = objective.Terms(both, {"tv": lambda picture, target: jnp.sum(picture) * 0})
    evaluator(terms, counted, tiles)(constants, jnp.asarray(IMAGE))
    measurer(both["style"], counted, tiles)(SMALL, jnp.asarray(IMAGE), {"relu1_1": None})
    ((_, height, width, _),) = set(seen)
    assert max(height, width) <= 32
    assert len(seen) <= 6


@pytest.mark.slow
def test_grad_of_a_shifted_picture():
    """Windows are cut from what is seen, and their gradients go back to where it was."""
    chosen, constants = whole(Settings(**CASES["average"]))
    tiled = in_tiles(Settings(**CASES["average"]).resolved.objective, 24)
    constants = constants._replace(offset=jnp.array([5, -7]))
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    found = tiled.evaluate(constants, jnp.asarray(IMAGE))
    close(found.gradient, expected.gradient)
    still = tiled.evaluate(constants._replace(offset=None), jnp.asarray(IMAGE))
    assert np.abs(still.gradient - expected.gradient).max() > 1e-3 * np.abs(still.gradient).max()
