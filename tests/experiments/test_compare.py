import dataclasses
import functools

import jax
import numpy as np
import PIL.Image
import pytest
import scipy.linalg
import scipy.ndimage
import scipy.stats
import tiny
from gradcheck import float64

from jnst.errors import InputError
from jnst.experiments import compare as module
from jnst.experiments.compare import Unweighted, colour_distance, compare, unweighted
from jnst.losses import gram, objective
from jnst.pictures import files, resizing, samples
from jnst.transfer import loaded, problem
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings
from jnst.transfer.stages import plan
from jnst.xla import jit

pytestmark = pytest.mark.usefixtures("tiny")
SIZE = 32
RNG = np.random.default_rng(0)
LAYERS = tiny.STYLE
BYHAND = Settings(engine="byhand")
CHEAP = Settings(content_layers=("relu1_2",), style_layers=("relu1_1", "relu2_1"), engine="byhand")
"""Without anything to compile; that JAX measures the same has a test of its own."""


def noise(height, width):
    return RNG.uniform(size=(1, height, width, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def content():
    return resizing.fit(files.read(samples.content()), SIZE)


@pytest.fixture(scope="module")
def style():
    return resizing.fit(files.read(samples.STYLE), SIZE)


@pytest.fixture(scope="module")
def painted(content, style):
    """The sample pair after a short run, and what the run says of it."""
    settings = dataclasses.replace(BYHAND, size=SIZE, steps=(15,), optimizer="scipy-lbfgs")
    *_, last = paint(read(content, style, settings), settings)
    return last


@pytest.fixture(scope="module")
def three(content, style, painted):
    """The photograph, the result and the painting, each compared with photograph and painting."""
    pictures = content, painted.best.astype(np.float32), style
    return [compare(one, content, style, BYHAND) for one in pictures]


def test_the_content_is_at_one_end_of_the_scale(three):
    itself = three[0]
    assert list(itself.content) == ["relu2_2"]
    assert abs(itself.content["relu2_2"]) < 1e-6
    assert abs(itself.weighted["content"]) < 1e-8
    assert itself.similarity == pytest.approx(1, abs=1e-12)
    assert itself.colour_to_content == 0
    assert itself.colour_to_style > 0.05
    assert min(itself.style.values()) > 0.01
    assert (itself.height, itself.width) == (21, 32)


def test_the_style_is_at_the_other(three):
    itself = three[2]
    assert list(itself.style) == list(itself.wasserstein) == list(LAYERS)
    assert max(map(abs, itself.style.values())) < 1e-6
    assert max(itself.wasserstein.values()) < 1e-3
    assert itself.colour_to_style == 0
    assert itself.colour_to_content > 0.05
    assert itself.content["relu2_2"] > 1
    assert itself.similarity < 0.5


def test_a_stylised_picture_is_between_them_in_everything_it_was_painted_for(three):
    photograph, stylised, painting = three
    for layer in LAYERS:
        assert photograph.style[layer] > stylised.style[layer] > painting.style[layer]
        assert photograph.wasserstein[layer] > stylised.wasserstein[layer]
    assert 0 < stylised.content["relu2_2"] < painting.content["relu2_2"]
    assert 1 > stylised.similarity > painting.similarity
    assert photograph.colour_to_style > stylised.colour_to_style > 0
    assert 0 < stylised.colour_to_content < painting.colour_to_content


# What SciPy's optimizer was given, in the same precision, at the picture it kept.
def test_weighted_losses_are_those_of_the_run(painted, three):
    weighted = three[1].weighted
    assert list(weighted) == ["content", "style", "tv", "lines"]
    assert sum(weighted.values()) == pytest.approx(painted.best_total, rel=1e-4)


def test_weighted_losses_are_the_objective_evaluated(content, style, painted):
    result = painted.best.astype(np.float32)
    chosen = Settings(
        size=SIZE,
        optimizer="scipy-lbfgs",
        content_layers=("relu1_2", "conv2_2"),
        style_layers=("relu1_1", "relu2_1", "pool2"),
        style_layer_weights=(1.0, 3.0, 2.0),
        style_weight=0.7,
        content_weight=0.2,
        balance_content=False,
        tv_weight=0.4,
        style_loss="gram",
        style_scale="mean",
        content_scale="half",
    )
    found = compare(result, content, style, chosen)
    pictures = read(content, style, chosen)
    stage, given = plan(pictures, chosen)[-1], loaded.load(chosen)
    whole = problem.set_up(pictures, chosen, given, stage=stage, start=result)
    with float64():
        parts = jit(whole.evaluate)(whole.constants, whole.image).parts
    for name, part in parts.items():
        assert found.weighted[name] == pytest.approx(float(part), rel=1e-10), name
    one = [found.style[layer] for layer in ("relu1_1", "relu2_1", "pool2")]
    assert found.weighted["style"] == pytest.approx(0.7 * np.dot([1, 3, 2], one) / 6, rel=1e-12)
    two = found.content
    assert found.weighted["content"] == pytest.approx(0.1 * sum(two.values()), rel=1e-12)
    assert found.weighted["tv"] == pytest.approx(0.4 * found.picture["tv"], rel=1e-12)


def test_weights_do_not_change_the_distances(content, style):
    result = noise(21, 32)
    one = compare(result, content, style, CHEAP)
    changed = dict.fromkeys(("style_weight", "content_weight", "tv_weight", "line_weight"), 0.0)
    two = compare(result, content, style, dataclasses.replace(CHEAP, **changed))
    assert sum(two.weighted.values()) == 0
    assert two == one._replace(weighted=two.weighted)


def features(picture, layers):
    with float64():
        params = jax.tree.map(lambda array: array.astype(np.float64), tiny.params())
        run = jit(tiny.BACKBONE.features, static_argnames=("layers", "padding"))
        found = run(params, picture.astype(np.float64), layers=tuple(layers), padding="edge")
        return {layer: np.asarray(F).reshape(-1, F.shape[-1]) for layer, F in found.items()}


# SciPy's matrix root knows neither symmetry nor eigenvalues (it goes by a Schur decomposition).
@pytest.mark.parametrize(
    "options",
    [{}, {"style_loss": "gram"}, {"style_scale": "mean"}],
    ids=["default", "gram", "mean"],
)
def test_parity_of_wasserstein_with_scipy_whatever_the_style_loss(content, style, options):
    layers = ("relu1_1", "relu2_1")
    chosen = dataclasses.replace(CHEAP, **options)
    found = compare(content, content, style, chosen)
    theirs, ours = features(style, layers), features(content, layers)
    for layer in layers:
        F, S = ours[layer], theirs[layer]
        C, C_s = np.cov(F, rowvar=False, bias=True), np.cov(S, rowvar=False, bias=True)
        m, m_s = F.mean(axis=0), S.mean(axis=0)
        alive = (np.diag(C) > 0) & (np.diag(C_s) > 0)  # the others make the product singular
        cross = np.trace(scipy.linalg.sqrtm((C @ C_s)[np.ix_(alive, alive)])).real
        square = np.sum((m - m_s) ** 2) + np.trace(C) + np.trace(C_s) - 2 * cross
        expected = np.sqrt(square / np.mean(np.sum(S**2, axis=1)))
        assert found.wasserstein[layer] == pytest.approx(expected, rel=1e-6)
        same = found.style[layer] == pytest.approx(expected**2, rel=1e-6)
        assert same == (not options)
    assert list(found.wasserstein) == list(layers)


def test_parity_of_the_content_loss_with_its_formula(content, style):
    result = resizing.resize(style, 21, 32)
    F, P = (features(one, ("relu1_2",))["relu1_2"] for one in (result, content))
    expected = np.sum((F - P) ** 2) / np.sum(np.abs(F - P)) / np.mean(np.abs(P))
    found = compare(result, content, style, CHEAP)
    assert found.content["relu1_2"] == pytest.approx(expected, rel=1e-9)


def test_rounding_below_zero_has_no_complex_root(content, style, monkeypatch):
    below = Unweighted({"content": {}, "style": {"relu1_1": -1e-12}}, {"tv": 0.0, "lines": 0.0})
    monkeypatch.setattr(module, "unweighted", lambda problem: below)
    chosen = Settings(content_layers=(), style_layers=("relu1_1",))
    assert compare(style, content, style, chosen).wasserstein == {"relu1_1": 0}


def test_a_loss_on_the_picture_is_measured_by_its_name_without_its_weight():
    def squares(picture, target):
        return (target["mask"] * (picture - target["picture"]) ** 2).sum()

    def extract(params, picture, layers):
        return dict.fromkeys(layers, picture)

    image, target = noise(4, 5), {"picture": noise(4, 5), "mask": noise(4, 5)[..., :1]}
    terms = objective.Terms(
        {"style": objective.Term(gram.statistic, gram.distance)}, {"toy": squares}
    )
    constants = objective.Constants(
        {},
        {"style": {"pixels": [objective.Goal(np.eye(3, dtype=np.float32), 5.0)]}},
        {"toy": objective.PictureGoal(7.0, target)},
    )
    evaluate = functools.partial(objective.evaluate, terms, extract)
    found = unweighted(problem.Problem(evaluate, constants, image, None, True, 1))
    style = float(gram.distance(gram.statistic(image), np.eye(3, dtype=np.float32)))
    assert found.features == {"style": {"pixels": pytest.approx(style, rel=1e-5)}}
    assert found.picture == {"toy": pytest.approx(float(squares(image, target)), rel=1e-5)}


def test_both_engines_measure_the_same(content, style):
    result = noise(21, 32)
    one, two = (
        compare(result, content, style, dataclasses.replace(CHEAP, engine=engine))
        for engine in ("jax", "byhand")
    )
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
        assert a == pytest.approx(b, rel=1e-8)


def test_everything_is_brought_to_the_size_of_the_result(style):
    content = files.read(samples.content())[:, :200, :200]
    result = noise(24, 40)
    found = compare(result, content, style, CHEAP)
    assert (found.height, found.width) == (24, 40)
    assert found == compare(result, resizing.resize(content, 24, 40), style, CHEAP)


def test_size_is_the_most_and_nothing_is_enlarged(content, style):
    small = dataclasses.replace(CHEAP, size=24)
    shrunk = compare(resizing.fit(content, 24), content, style, small)
    assert compare(content, content, style, small) == shrunk
    assert (shrunk.height, shrunk.width) == (16, 24)
    large = dataclasses.replace(CHEAP, upscale=True)
    assert compare(content, content, style, large) == compare(content, content, style, CHEAP)


def test_style_size_is_that_of_the_style(content, style):
    chosen = dataclasses.replace(CHEAP, style_size=24)
    small = resizing.fit(style, 24)
    found = compare(content, content, style, chosen)
    assert found.colour_to_style == colour_distance(content, small)
    assert found.style == compare(content, content, small, CHEAP).style


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "adam", "learning_rate": 0.1, "average": 0.5},
        {"steps": (3,)},
        {"margin": 4, "canvas": 7},
    ],
)
def test_options_of_a_run_do_not_matter(content, style, options):
    chosen = dataclasses.replace(CHEAP, **options)
    assert compare(style, content, style, chosen) == compare(style, content, style, CHEAP)


def test_pictures_that_are_too_small_and_settings_that_cannot_be_used(content, style):
    with pytest.raises(InputError, match="10 x 12 pixels, but structural similarity needs"):
        compare(noise(12, 10), content, style, CHEAP)
    with pytest.raises(InputError, match="unknown layer of vgg19 'relu6_1'"):
        compare(content, content, style, Settings(style_layers=("relu6_1",)))


def test_a_picture_from_a_file_of_any_kind(tmp_path, content, style):
    PIL.Image.fromarray(samples.content()[::8, ::8, 0]).save(tmp_path / "grey.png")
    found = compare(files.read(tmp_path / "grey.png"), content, style, CHEAP)
    assert np.isfinite(jax.tree.leaves(found)).all()
