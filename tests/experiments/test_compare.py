import dataclasses
import itertools

import jax
import numpy as np
import PIL.Image
import pytest
import scipy.linalg
import scipy.ndimage
import scipy.stats
from gradcheck import float64

from jnst.backbones import vgg
from jnst.errors import InputError
from jnst.experiments import compare as module
from jnst.experiments.compare import DIRECTIONS, colour_distance, compare, similarity
from jnst.pictures import files, resizing, samples
from jnst.pictures.colour import LUMA
from jnst.transfer import problem
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings
from jnst.transfer.stages import plan
from jnst.weights import store

SIZE = 48
RNG = np.random.default_rng(0)
LAYERS = Settings().resolved.style_layers
CHEAP = Settings(content_layers=("relu1_2",), style_layers=("relu1_1", "relu2_1"))


def picture(*colours):
    """One pixel for each colour, in a row."""
    return np.array(colours, np.float32).reshape(1, 1, -1, 3)


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
    settings = Settings(size=SIZE, steps=(15,), optimizer="scipy-lbfgs")
    *_, last = paint(read(content, style, settings), settings)
    return last


@pytest.fixture(scope="module")
def three(content, style, painted):
    """The photograph, the result and the painting, each compared with photograph and painting."""
    pictures = content, painted.best.astype(np.float32), style
    return [compare(one, content, style, Settings()) for one in pictures]


def test_the_content_is_at_one_end_of_the_scale(three):
    itself = three[0]
    assert list(itself.content) == ["relu4_2"]
    assert abs(itself.content["relu4_2"]) < 1e-6
    assert abs(itself.weighted["content"]) < 1e-8
    assert itself.similarity == pytest.approx(1, abs=1e-12)
    assert itself.colour_to_content == 0
    assert itself.colour_to_style > 0.05
    assert min(itself.style.values()) > 0.01
    assert (itself.height, itself.width) == (32, 48)


def test_the_style_is_at_the_other(three):
    itself = three[2]
    assert list(itself.style) == list(itself.wasserstein) == list(LAYERS)
    assert max(map(abs, itself.style.values())) < 1e-6
    assert max(itself.wasserstein.values()) < 1e-3
    assert itself.colour_to_style == 0
    assert itself.colour_to_content > 0.05
    assert itself.content["relu4_2"] > 1
    assert itself.similarity < 0.5


def test_a_stylised_picture_is_between_them_in_everything_it_was_painted_for(three):
    photograph, stylised, painting = three
    for layer in LAYERS:
        assert photograph.style[layer] > stylised.style[layer] > painting.style[layer]
        assert photograph.wasserstein[layer] > stylised.wasserstein[layer]
    assert 0 < stylised.content["relu4_2"] < painting.content["relu4_2"]
    assert 1 > stylised.similarity > painting.similarity
    assert photograph.colour_to_style > stylised.colour_to_style > 0
    assert 0 < stylised.colour_to_content < painting.colour_to_content


# What SciPy's optimizer was given, in the same precision, at the picture it kept.
def test_weighted_losses_are_those_of_the_run(painted, three):
    weighted = three[1].weighted
    assert list(weighted) == ["content", "style", "tv"]
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
        tv_weight=0.4,
        style_loss="gram",
        style_scale="mean",
        content_scale="half",
    )
    found = compare(result, content, style, chosen)
    pictures = read(content, style, chosen)
    stage, kit = plan(pictures, chosen)[-1], problem.load(chosen)
    whole = problem.set_up(pictures, chosen, kit, stage=stage, start=result)
    with float64():
        parts = whole.evaluate(whole.constants, whole.image).parts
    for name, part in parts.items():
        assert found.weighted[name] == pytest.approx(float(part), rel=1e-10), name
    one = [found.style[layer] for layer in ("relu1_1", "relu2_1", "pool2")]
    assert found.weighted["style"] == pytest.approx(0.7 * np.dot([1, 3, 2], one) / 6, rel=1e-12)
    two = found.content
    assert found.weighted["content"] == pytest.approx(0.1 * sum(two.values()), rel=1e-12)
    assert found.weighted["tv"] == pytest.approx(0.4 * found.total_variation, rel=1e-12)


def test_weights_do_not_change_the_distances(content, style):
    result = noise(32, 48)
    one = compare(result, content, style, CHEAP)
    changed = {"style_weight": 0.0, "content_weight": 0.0, "tv_weight": 0.0}
    two = compare(result, content, style, dataclasses.replace(CHEAP, **changed))
    assert sum(two.weighted.values()) == 0
    assert two == one._replace(weighted=two.weighted)


def features(picture, layers):
    with float64():
        params = jax.tree.map(lambda array: array.astype(np.float64), store.load())
        found = vgg.features(params, picture.astype(np.float64), layers, padding="edge")
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
    result = resizing.resize(style, 32, 48)
    F, P = (features(one, ("relu1_2",))["relu1_2"] for one in (result, content))
    expected = np.sum((F - P) ** 2) / np.sum(np.abs(F - P)) / np.mean(np.abs(P))
    found = compare(result, content, style, CHEAP)
    assert found.content["relu1_2"] == pytest.approx(expected, rel=1e-9)


def test_rounding_below_zero_has_no_complex_root(content, style, monkeypatch):
    below = {"content": {}, "style": {"relu1_1": -1e-12}, "tv": {"tv": 0.0}}
    monkeypatch.setattr(module, "_distances", lambda problem: below)
    chosen = Settings(content_layers=(), style_layers=("relu1_1",))
    assert compare(style, content, style, chosen).wasserstein == {"relu1_1": 0}


def test_both_engines_measure_the_same(content, style):
    result = noise(32, 48)
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
    small = dataclasses.replace(CHEAP, size=32)
    shrunk = compare(resizing.fit(content, 32), content, style, small)
    assert compare(content, content, style, small) == shrunk
    assert (shrunk.height, shrunk.width) == (21, 32)
    large = dataclasses.replace(CHEAP, upscale=True)
    assert compare(content, content, style, large) == compare(content, content, style, CHEAP)


def test_style_size_is_that_of_the_style(content, style):
    chosen = dataclasses.replace(CHEAP, style_size=24)
    small = resizing.fit(style, 24)
    found = compare(content, content, style, chosen)
    assert found.colour_to_style == colour_distance(content, small)
    assert found.style == compare(content, content, small, CHEAP).style


@pytest.mark.parametrize(
    "options", [{"optimizer": "adam", "learning_rate": 0.1, "average": 0.5}, {"steps": (3,)}]
)
def test_options_of_a_run_do_not_matter(content, style, options):
    chosen = dataclasses.replace(CHEAP, **options)
    assert compare(style, content, style, chosen) == compare(style, content, style, CHEAP)


# Directions by hand: 3 faces, 6 edges of which 3 are at right angles to grey, 4 corners.
def test_colours_one_grey_apart_worked_out_on_paper():
    grey, lighter = picture((0.2, 0.2, 0.2)), picture((0.3, 0.3, 0.3))
    expected = 0.1 * (3 * 1 + 3 * np.sqrt(2) + np.sqrt(3) + 3 / np.sqrt(3)) / 13
    assert colour_distance(grey, lighter) == pytest.approx(expected, rel=1e-6)
    assert colour_distance(lighter, grey) == pytest.approx(expected, rel=1e-6)


def test_directions_are_of_length_one_and_no_two_are_the_same_line():
    assert len(DIRECTIONS) == 13
    for a, b in itertools.combinations_with_replacement(DIRECTIONS, 2):
        assert abs(a @ b) == pytest.approx(1) if a is b else abs(a @ b) < 0.9


def test_colours_that_only_channel_by_channel_are_the_same():
    one, two = picture((1, 0, 0), (0, 1, 1)), picture((0, 0, 0), (1, 1, 1))
    channels = [
        scipy.stats.wasserstein_distance(one[..., i].ravel(), two[..., i].ravel()) for i in range(3)
    ]
    assert max(channels) == 0
    assert colour_distance(one, two) > 0.2


def test_colours_forget_where_they_are_and_how_many():
    one = noise(8, 9)
    shuffled = RNG.permutation(one.reshape(-1, 3)).reshape(1, 24, 3, 3)
    assert colour_distance(one, shuffled) == pytest.approx(0, abs=1e-7)
    assert colour_distance(one, np.repeat(one, 3, axis=1)) == pytest.approx(0, abs=1e-7)
    two = noise(8, 9) ** 2
    assert colour_distance(one, two) == pytest.approx(colour_distance(two, one), rel=1e-12)
    assert colour_distance(one, two) > 0.05


# Of as many values on both sides the distance is the mean step from one sorted list to the other.
def test_parity_of_colours_with_sorted_values(content):
    other = (noise(32, 48) ** 2)[:, : content.shape[1]]
    steps = []
    for d in itertools.product((-1, 0, 1), repeat=3):
        if any(d):  # each line twice, which leaves the mean as it is
            a, b = (np.sort(one.reshape(-1, 3) @ np.array(d)) for one in (content, other))
            steps.append(np.mean(np.abs(a - b)) / np.sqrt(np.dot(d, d)))
    assert colour_distance(content, other) == pytest.approx(np.mean(steps), rel=1e-5)


def test_similarity_of_two_constants_worked_out_on_paper():
    a, b = np.full((1, 12, 13, 3), 0.2, np.float32), np.full((1, 12, 13, 3), 0.6, np.float32)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)  # C1 = (0.01 · 1)²
    assert similarity(a, b) == pytest.approx(expected, rel=1e-5)
    assert similarity(b, a) == pytest.approx(expected, rel=1e-5)
    assert similarity(a, a) == pytest.approx(1, abs=1e-12)


# The paper's formula, with a window written out.
def test_parity_of_similarity_with_its_formula():
    one, two = noise(16, 20), noise(16, 20)
    x = np.arange(-5, 6)
    row = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(row, row) / row.sum() ** 2
    a, b = (picture[0].astype(float) @ LUMA for picture in (one, two))

    def mean(values):
        patches = np.lib.stride_tricks.sliding_window_view(values, (11, 11))
        return np.sum(patches * window, axis=(2, 3))

    m, n = mean(a), mean(b)
    u, v, w = mean(a * a) - m * m, mean(b * b) - n * n, mean(a * b) - m * n
    c, d = 0.01**2, 0.03**2
    expected = ((2 * m * n + c) * (2 * w + d)) / ((m * m + n * n + c) * (u + v + d))
    assert similarity(one, two) == pytest.approx(expected.mean(), rel=1e-9)
    assert similarity(one, two) == pytest.approx(similarity(two, one), rel=1e-12)


def test_similarity_of_pictures_as_large_as_the_window_is_its_only_value():
    one = noise(11, 11)
    assert similarity(one, one) == pytest.approx(1, abs=1e-12)
    assert -1 < similarity(one, noise(11, 11)) < 0.9


def test_similarity_sees_no_colour():
    one = noise(16, 16) / 2 + 0.25
    I_or_Q = np.array([LUMA[1], -LUMA[0], 0], np.float32)  # no luminance in it
    assert similarity(one, one + 0.2 * I_or_Q) == pytest.approx(1, abs=1e-5)
    assert similarity(one, 1 - one) < 0


def test_pictures_that_are_too_small_and_settings_that_cannot_be_used(content, style):
    with pytest.raises(InputError, match="10 x 12 pixels, but structural similarity needs"):
        compare(noise(12, 10), content, style, CHEAP)
    with pytest.raises(InputError, match="relu5_1 needs at least 16 x 16"):
        compare(noise(12, 15), content, style, Settings())
    with pytest.raises(InputError, match="unknown layer of vgg19 'relu6_1'"):
        compare(content, content, style, Settings(style_layers=("relu6_1",)))


def test_a_picture_from_a_file_of_any_kind(tmp_path, content, style):
    PIL.Image.fromarray(samples.content()[::8, ::8, 0]).save(tmp_path / "grey.png")
    found = compare(files.read(tmp_path / "grey.png"), content, style, CHEAP)
    assert np.isfinite(jax.tree.leaves(found)).all()
