"""Numbers that say how near a stylised picture is to its content and to its style.

No such number is precise: what makes a stylised picture good is not defined. So several stand side
by side, and none decides. Each says how near the picture is to one of the two, and the two pull
apart: the photograph itself has the best content loss there is, the painting the best style loss.
Weights of losses, on the other hand, are a matter of taste: layers are given without them as well.
"""

import dataclasses
import itertools
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from jnst.arrays import AnyPicture, Array, Image
from jnst.errors import InputError
from jnst.losses.objective import Constants
from jnst.pictures import resizing
from jnst.pictures.colour import LUMA
from jnst.pictures.resizing import OtherImage
from jnst.transfer.checks import check
from jnst.transfer.loaded import load
from jnst.transfer.pictures import Guide, Pictures
from jnst.transfer.problem import Problem, set_up
from jnst.transfer.settings import Settings
from jnst.transfer.stages import plan
from jnst.xla import jit, own_switches

WINDOW = 11
"""Width in pixels of the Gaussian window of `similarity`."""
SIGMA = 1.5
"""Its standard deviation in pixels."""

DIRECTIONS = [
    np.divide(d, np.linalg.norm(d))
    for d in itertools.product((-1, 0, 1), repeat=3)
    if d > (0, 0, 0)  # of two opposite ones the second
]
"""From the centre of a cube to the middles of its faces and edges, and to its corners: 13
directions of length 1 in RGB. The three channels are among them, and grey."""


class Comparison(NamedTuple):
    """One picture compared with its content and its style.

    `weighted` holds the parts of the objective, by the names of its terms; `content` and `style`
    the distances in it without weights, by layer; `picture` the losses on the picture itself
    without weights, by name.
    `wasserstein` is a distance to the style by layer, whatever the objective. All was measured at
    `height` x `width` pixels. Lower is nearer, but for `similarity`.
    """

    height: int
    width: int
    weighted: dict[str, float]
    content: dict[str, float]
    style: dict[str, float]
    picture: dict[str, float]
    similarity: float
    wasserstein: dict[str, float]
    colour_to_style: float
    colour_to_content: float


@own_switches
def compare(
    result: AnyPicture, content: AnyPicture, style: AnyPicture, settings: Settings
) -> Comparison:
    """Measure how near `result` is to `content` and to `style`.

    The result counts at its own size, or shrunk to `settings.size`; the content is resized to it,
    the style as in a run. All is computed in float64: near its minimum W² is a small difference of
    large numbers.

    `wasserstein` is W / √(|m_s|² + tr C_s), the root of `jnst.losses.wasserstein` at the scale
    `relative`: 0 for the style's own means and covariances, 1 for a blank map.

    Args:
        result: RGB in [0, 1], as are the others; each may have its own size.
        content: the photograph. Where its proportions are not those of the result it is squeezed.
        style: the painting.
        settings: the objective to measure by, `Settings()` for the default. What they say of the
            run (steps, optimizer, start) and of colours does not matter.

    Raises:
        InputError: for settings that cannot be used, and a picture too small for the layers or for
            `similarity`.

    """
    check(settings)
    # As SciPy's optimizer would have it: in float64. The pictures as they are, on no canvas.
    exact = {"optimizer": "scipy-lbfgs", "precision": "float32", "jitter": 0}
    exact |= {"method": "pixels", "strength": None, "style_number": ()}
    as_it_is = {"upscale": False, "canvas": None, "margin": 0}
    settings = dataclasses.replace(settings, **exact, **as_it_is)
    result = resizing.fit(result, settings.size)
    height, width = result.shape[1:3]
    content = resizing.resize(content, height, width)
    pictures = Pictures(content, [Guide(style, 1.0)], original=content)
    problem = _problem(result, pictures, settings)
    distances, constants = unweighted(problem), problem.constants
    weighted = {
        term: sum(float(goal.weight) * found[layer] for layer, (goal,) in layers.items())
        for term, layers in constants.goals.items()
        for found in [distances.features[term]]
    } | {
        name: float(goal.weight) * distances.picture[name]
        for name, goal in constants.picture_goals.items()
    }
    by_moments = dataclasses.replace(settings, style_loss="wasserstein", style_scale="relative")
    squares = distances.features["style"]
    if by_moments != settings:
        squares = unweighted(_problem(result, pictures, by_moments)).features["style"]
    # Rounding can leave W² a little below 0.
    style = resizing.fit(style, plan(pictures, settings)[-1].style_size)
    return Comparison(
        height=height,
        width=width,
        weighted=weighted,
        content=distances.features["content"],
        style={layer: max(value, 0.0) for layer, value in distances.features["style"].items()},
        picture=distances.picture,
        similarity=similarity(result, content),
        wasserstein={layer: max(square, 0.0) ** 0.5 for layer, square in squares.items()},
        colour_to_style=colour_distance(result, style),
        colour_to_content=colour_distance(result, content),
    )


def similarity(one: Image, other: Image) -> float:
    """Compute the structural similarity of two luminances: 1 if they are the same, at least -1.

    Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity" (2004), by scikit-image with the paper's constants: means, variances and
    the covariance under a Gaussian window of 11 x 11 pixels and deviation 1.5, K 0.01 and 0.03, a
    data range of 1. The luminance is that of `jnst.pictures.colour`, of values as they are encoded:
    what becomes of the colours does not count. The mean is taken where the window fits in.

    Raises:
        InputError: for pictures smaller than the window.

    """
    from skimage.metrics import structural_similarity  # here, as below: few commands compare

    height, width = one.shape[1:3]
    if min(height, width) < WINDOW:
        raise InputError(
            f"the result is {width} x {height} pixels, but structural similarity needs at least "
            f"{WINDOW} x {WINDOW}; take a larger picture or size"
        )
    a, b = (np.asarray(picture[0], np.float64) @ LUMA for picture in (one, other))
    options = {"gaussian_weights": True, "sigma": SIGMA, "use_sample_covariance": False}
    return np.asarray(structural_similarity(a, b, data_range=1.0, **options)).item()


def colour_distance(one: Image, other: OtherImage) -> float:
    """Compute how far apart two pictures' colours are, wherever they are: a sliced distance.

    The mean, over `DIRECTIONS` d of length 1, of the one-dimensional Wasserstein-1 distance between
    the values x·d of all pixels: how far a value has to move, on average, on the scale from 0 to 1.
    The three channels alone would not do: a picture of red and cyan has the same red, green and
    blue values as one of black and white.
    """
    from scipy.stats import wasserstein_distance  # here: it takes most of a second

    a, b = (np.asarray(picture, np.float64).reshape(-1, 3) for picture in (one, other))
    return float(np.mean([wasserstein_distance(a @ d, b @ d) for d in DIRECTIONS]))


def _problem(result: AnyPicture, pictures: Pictures, settings: Settings) -> Problem:
    """Set up the last stage of a run, at the result."""
    stage = plan(pictures, settings)[-1]
    return set_up(pictures, settings, load(settings), stage=stage, start=result)


class Unweighted(NamedTuple):
    """The losses of an objective without their weights: on features by layer, on the picture."""

    features: dict[str, dict[str, float]]
    picture: dict[str, float]


def unweighted(problem: Problem) -> Unweighted:
    """Compute every loss in the objective without its weight, by the name of its term.

    The total is linear in the weights: with one of them 1 and all others 0 it is that loss.
    """
    goals, names = problem.constants.goals, list(problem.constants.picture_goals)
    places = [(term, layer) for term, layers in goals.items() for layer in layers]

    def total(weights: Float[Array, " n"], constants: Constants, picture: Image):
        by_place = dict(zip([*places, *names], weights, strict=True))
        on_features = {
            term: {
                layer: [goal._replace(weight=by_place[term, layer]) for goal in found]
                for layer, found in layers.items()
            }
            for term, layers in constants.goals.items()
        }
        on_picture = {
            name: goal._replace(weight=by_place[name])
            for name, goal in constants.picture_goals.items()
        }
        constants = constants._replace(goals=on_features, picture_goals=on_picture)
        return problem.evaluate(constants, picture).total

    each = np.eye(len(places) + len(names))
    with jax.enable_x64():
        if problem.compiled is True:  # only the weights are mapped: the network runs once
            run = jit(jax.vmap(total, in_axes=(0, None, None)))
            values = run(each, problem.constants, problem.image)
        else:
            values = [total(weights, problem.constants, problem.image) for weights in each]
    found = [float(value) for value in values]
    by_layer: dict[str, dict[str, float]] = {term: {} for term in goals}
    for (term, layer), value in zip(places, found, strict=False):
        by_layer[term][layer] = value
    return Unweighted(by_layer, dict(zip(names, found[len(places) :], strict=True)))
