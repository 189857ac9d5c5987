"""Window by window is the same as all at once: value, parts, gradient and targets."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gradcheck import close

import jnst
from jnst.backbones import vgg
from jnst.backbones.tables import BACKBONES
from jnst.engines.build import engine, in_tiles
from jnst.engines.tiling import Tiles, evaluator, measurer
from jnst.errors import InputError
from jnst.losses import content, gram, objective
from jnst.losses.objective import Constants, Goal, PictureGoal
from jnst.pictures import samples
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("in_float64")

RNG = np.random.default_rng(0)
# Two channels a layer: what is tested is where things are, not what VGG makes of them.
PARAMS = {"input": {"mean": np.full((1, 1, 1, 3), 100.0)}}
for name in vgg.LAYERS["vgg19"]:
    if name.startswith("conv"):
        inputs = 3 if name == "conv1_1" else 2
        kernel = RNG.normal(size=(3, 3, inputs, 2)) * np.sqrt(2 / 9 / inputs)
        PARAMS[name] = {"kernel": kernel, "bias": RNG.normal(size=2)}
PHOTOGRAPH, IMAGE = RNG.random((2, 1, 219, 250, 3))
PAINTING = RNG.random((1, 230, 187, 3))


def whole(settings, *, goals=1):
    """The engine for all at once, and constants for it."""
    chosen = engine("jax", settings.resolved.objective)
    found = {}
    for term, layers, picture in (
        ("content", settings.resolved.content_layers, PHOTOGRAPH),
        ("style", settings.resolved.style_layers, PAINTING),
    ):
        targets = chosen.targets(term, PARAMS, picture, dict.fromkeys(layers))
        found[term] = {layer: [Goal(target, 0.7)] * goals for layer, target in targets.items()}
    return chosen, Constants(PARAMS, found, {"tv": PictureGoal(0.3)})


CASES = {
    "default": {},
    "gram": {"style_loss": "gram", "gram_normalization": "sum", "content_scale": "half"},
    "average": {"style_loss": "gram", "pooling": "avg", "padding": "zeros"},
    "l2": {"style_loss": "gram", "pooling": "l2", "rescale_pooling": True},
    "channels": {"style_loss": "gram", "gram_normalization": "positions-channels"},
    "shallow": {"content_layers": ("relu2_2",), "style_layers": ("conv1_2", "pool2")},
}


DEEP = {case: pytest.mark.slow for case in CASES if case not in ("default", "shallow")}


@pytest.mark.parametrize("case", [pytest.param(case, marks=DEEP.get(case, ())) for case in CASES])
def test_value_parts_and_gradient(case):
    settings = Settings(**CASES[case])
    chosen, constants = whole(settings)
    tiled = in_tiles(settings.resolved.objective, 192)
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    found = tiled.evaluate(constants, jnp.asarray(IMAGE))
    close(found.gradient, expected.gradient)
    assert found.parts.keys() == expected.parts.keys()
    for name, part in expected.parts.items():
        assert float(found.parts[name]) == pytest.approx(float(part), rel=1e-9), name
    assert float(found.total) == pytest.approx(float(expected.total), rel=1e-9)


def test_grad_and_value_of_a_loss_on_the_picture_with_a_target():
    """It is evaluated whole, across the seams, with a target that the program is given."""

    def bent(picture, target):
        return jnp.sum(target["mask"] * jnp.sin(picture - target["picture"]) ** 2)

    image, picture = RNG.random((2, 1, 61, 46, 3))
    settings = Settings(style_loss="gram", style_layers=("relu1_1",), content_layers=())
    extract = partial(BACKBONES["vgg19"].features, **settings.resolved.objective.network)
    style = objective.Term(gram.statistic, gram.distance)
    terms = objective.Terms({"style": style}, {"bent": bent})
    target = objective.targets(style, extract, PARAMS, picture, {"relu1_1": None})["relu1_1"]
    constants = Constants(PARAMS, {"style": {"relu1_1": [Goal(target, 0.7)]}}, {})
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
            goal._replace(region=RNG.random((1, 219 // stride, 250 // stride, 1)), weight=weight)
            for goal, weight in zip(found, (0.3, 0.9), strict=True)
        ]
        for layer, found in constants.goals["style"].items()
        for stride in [geometry[layer].stride]
    }
    constants = constants._replace(goals={**constants.goals, "style": goals})
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    found = in_tiles(settings.resolved.objective, 64).evaluate(constants, jnp.asarray(IMAGE))
    close(found.gradient, expected.gradient)
    assert float(found.total) == pytest.approx(float(expected.total), rel=1e-9)


@pytest.mark.parametrize("guided", [False, True])
@pytest.mark.parametrize("style_loss", ["gram", "wasserstein"])
def test_targets(style_loss, guided):
    settings = Settings(style_loss=style_loss)
    every, tiled = (
        engine("jax", settings.resolved.objective),
        in_tiles(settings.resolved.objective, 192),
    )
    layers = dict.fromkeys(settings.resolved.content_layers)
    (expected,), (found,) = (
        e.targets("content", PARAMS, PHOTOGRAPH, layers).values() for e in (every, tiled)
    )
    close(found, expected)
    regions = dict.fromkeys(settings.resolved.style_layers)
    if guided:
        for layer in regions:
            stride = BACKBONES["vgg19"].geometry[layer].stride
            regions[layer] = RNG.random((1, 230 // stride, 187 // stride, 1))
    expected, found = (e.targets("style", PARAMS, PAINTING, regions) for e in (every, tiled))
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
    found = in_tiles(settings.resolved.objective, 40).evaluate(constants, jnp.asarray(IMAGE))
    in_tiles.cache_clear()
    expected = jax.jit(chosen.evaluate)(constants, IMAGE)
    assert np.abs(found.gradient - expected.gradient).max() > 1e-6 * np.abs(expected.gradient).max()


@pytest.mark.parametrize("name", ["relu1_1", "conv2_1", "pool2", "relu3_4", "relu4_2", "relu5_1"])
def test_no_position_sees_further_than_its_reach(name):
    stride, reach = BACKBONES["vgg19"].geometry[name]
    ones = {key: {k: np.ones_like(v) for k, v in layer.items()} for key, layer in PARAMS.items()}
    size = (2 * (reach // stride) + 5) * stride
    middle = size // stride // 2

    def value(image):
        found = vgg.features(ones, image, [name], pooling="avg")
        return found[name][0, middle, middle, 0]

    (_, rows, columns, _) = np.nonzero(jax.jit(jax.grad(value))(np.ones((1, size, size, 3))))
    for seen in (rows, columns):
        assert seen.min() == middle * stride - reach
        assert seen.max() == (middle + 1) * stride - 1 + reach


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "scipy-lbfgs"])
def test_a_run_in_tiles_paints_the_same_picture(optimizer):
    options = {"size": 200, "first_size": None, "steps": (2,), "optimizer": optimizer}
    options |= {"style_layers": ("relu1_1", "relu2_1"), "content_layers": ("relu2_2",)}
    one, other = (
        jnst.stylize(samples.content(), samples.STYLE, tile=tile, **options) for tile in (64, "off")
    )
    assert one.shape == (1, 133, 200, 3)
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
    measurer(both["style"], counted, tiles)(PARAMS, jnp.asarray(IMAGE), {"relu1_1": None})
    ((_, height, width, _),) = set(seen)
    assert max(height, width) <= 32
    assert len(seen) <= 6
