import itertools

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("13_one_pass")


def test_derivatives(lesson):
    names = ("errors", "errors_of_styles", "errors_of_adain", "errors_of_wct")
    for name, count in zip(names, (5, 2, 2, 3), strict=True):
        assert len(lesson[name]) == count
        for what, error in lesson[name].items():
            assert error < (1e-12 if what.endswith(("jax.grad", "library")) else 1e-6), what
    assert lesson["network_error"] < 1e-6


def test_the_gradient_lacks_what_instance_norm_does_not_see(lesson):
    assert lesson["along"]["ones"] < 1e-12
    assert lesson["along"]["z"] < 1e-3
    assert lesson["moved"] < 1e-12


def test_contrast_is_lost_on_instance_norm(lesson):
    without, norm = lesson["response"][False], lesson["response"][True]
    assert without[2] == pytest.approx(without[0] / 4, rel=0.01)
    assert norm[2] == pytest.approx(norm[0], rel=0.02)
    assert lesson["change"]["with instance norm"] < 0.2 * lesson["change"]["without"]


def test_what_each_transform_takes_over(lesson):
    photograph, adain, wct = (lesson["table"][name] for name in lesson["table"])
    assert min(photograph) > 0.1
    assert max(adain[:2]) < 1e-3 < 0.1 < adain[2]
    assert max(wct) < 1e-3
    pictures = list(lesson["recoloured"].values())
    assert all(np.abs(a - b).max() > 0.05 for a, b in itertools.pairwise(pictures))


def test_rounding_of_the_covariance(lesson):
    rounding = lesson["rounding"]
    assert rounding["of_covariance"] > 100 * rounding["of_features"]


def test_networks_are_trained_and_paint(lesson):
    for name, (params, course) in lesson["trained"].items():
        assert len(course) == lesson["options"].steps
        assert np.isfinite(course).all()
        start = lesson["begin"](lesson["tables"][name])
        assert np.abs(params["down"]["kernel"] - start["down"]["kernel"]).max() > 1e-3
    for name in ("with instance norm", "without"):
        picture = lesson["shown"][f"painted {name}"]
        assert picture.shape[1] >= lesson["photograph"].shape[1]
        assert picture.min() >= 0
        assert picture.max() <= 1
    first, last = lesson["ends"]["with instance norm"]
    assert last < first


def test_solutions(lesson):
    biases = lesson["of_biases"]
    assert max(biases[row] for row in ("first", "down", "up")) < 1e-9 < biases["last"]
    assert set(lesson["solutions"]) == {2, 3, 4, 5}
    assert max(lesson["solutions"].values()) < 1e-6
    assert lesson["itself"] < 1e-3
    moves = lesson["moves"]
    assert moves["optimal transport"] < moves["WCT"] < moves["turned at random"]
