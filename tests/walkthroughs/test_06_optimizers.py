import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("06_optimizers")


def test_the_largest_stable_rate(lesson):
    ends = lesson["ends"]
    assert ends[0.9] < ends[0.1] < 0.1
    assert ends[1.02] > 1


def test_the_condition_number_sets_the_pace(lesson):
    kappa, root = lesson["kappa"], np.sqrt(lesson["kappa"])
    assert kappa == pytest.approx(20)
    assert lesson["descent_rate"] == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-6)
    # A double eigenvalue: k steps shrink by k times the k-th power.
    assert lesson["momentum_rate"] == pytest.approx((root - 1) / (root + 1), rel=0.03)
    assert lesson["made_for"] > 1000


def test_what_the_hats_of_adam_are_for(lesson):
    for (_, correct), length in lesson["lengths"].items():
        if correct:
            np.testing.assert_allclose(length, 1, rtol=1e-9)
        else:
            assert length.min() > 0.99
            assert length.max() > 2


def test_newton_arrives_at_once(lesson):
    assert np.abs(lesson["newton"]).max() < 1e-14


def test_the_secant_condition(lesson):
    assert lesson["secant_error"] < 1e-13
    assert lesson["condition_error"] < 1e-13
    H = lesson["H"]
    np.testing.assert_allclose(H, H.T, rtol=0, atol=1e-13)
    assert np.linalg.eigvalsh(H).min() > 0


def test_two_loops_are_the_matrix(lesson):
    assert len(lesson["two_loop_errors"]) == 4
    assert max(lesson["two_loop_errors"].values()) < 1e-12
    # Not by accident: the pairs matter, and so does their order.
    g, pairs, gamma = lesson["g"], lesson["pairs"], lesson["gamma"]
    assert len(pairs) == lesson["m"] == 5
    for others in (pairs[1:], pairs[::-1]):
        change = lesson["two_loop"](gamma, others, g) - lesson["expected"]
        assert np.abs(change).max() > 1e-3


def test_as_many_steps_as_dimensions(lesson):
    n, sizes = lesson["n"], lesson["searches"]["lbfgs"]
    assert n == 20
    assert len(sizes) <= n + 1
    assert sizes[-1] < 1e-13
    assert sizes[n // 2] > 1e-4
    assert lesson["searches"]["gradient descent"][n] > 1e-3


def test_lbfgs_needs_the_fewest_evaluations_in_both_valleys(lesson):
    arrival = lesson["arrival"]
    for place in lesson["valleys"]:
        others = [arrival[place, name] for name in lesson["methods"]]
        assert arrival[place, "lbfgs"] < min(others) / 5
        f = lesson["valleys"][place][0]
        for name in (*lesson["methods"], "lbfgs"):
            path = lesson["paths"][place, name]
            assert f(path[-1]) < 1e-6 <= f(path[-2])
    # The rates were not cut off at an end of what was tried.
    assert arrival["Rosenbrock", "gradient descent"] > 1000
    assert arrival["Rosenbrock", "momentum"] < arrival["Rosenbrock", "gradient descent"] / 5
    assert arrival["quadratic", "momentum"] > arrival["quadratic", "gradient descent"]


def test_adam_starts_diagonally(lesson):
    for place in lesson["valleys"]:
        path = lesson["paths"][place, "adam"]
        across, along = np.abs(path[1] - path[0])
        assert across == pytest.approx(along)


def test_the_race(lesson):
    races = {name: losses for name, (_, losses, _) in lesson["races"].items()}
    assert list(races) == list(lesson["optimizers"].NAMES)
    assert {len(losses) for losses in races.values()} == {lesson["options"].steps}
    assert len({f"{losses[0]:.4f}" for losses in races.values()}) == 1
    for quick in ("lbfgs", "scipy-lbfgs"):
        assert races[quick][14] < 0.8 * min(races["adam"][14], races["sgd"][14])
    for best, losses, seconds in lesson["races"].values():
        assert best.shape == lesson["photograph"].shape
        assert np.all(np.diff(losses) <= 0)
        assert seconds[0] == 0
        assert np.all(np.diff(seconds) > 0)


def test_the_first_step_matters_little(lesson):
    totals = lesson["totals"]
    assert set(totals) == {1e-6, 1e-3, 0.03, 0.1}
    for values in totals.values():
        assert len(values) == lesson["options"].short
        assert values.min() < 0.6 * values[0]
    # A tiny step first: the loss at the second evaluation is that of the first.
    assert abs(totals[1e-6][1] / totals[1e-6][0] - 1) < 1e-3
    assert totals[0.03][1] < 0.95 * totals[0.03][0]
    assert lesson["twin_error"] < 1e-3


def test_pictures_are_badly_conditioned(lesson):
    assert lesson["spread"] > 50


def test_solutions(lesson):
    moved = lesson["moved"]
    assert moved.pop("adam") > 0.1
    assert len(moved) == 3
    assert max(moved.values()) < 1e-10
    np.testing.assert_allclose(lesson["radii"], np.sqrt(lesson["best_beta"]), rtol=1e-9)
    assert lesson["one_pair"][10] < 1e-10
    assert 1e-10 < lesson["one_pair"][1000] < 1e-2
    assert lesson["three"][2] > 1e-3
    assert lesson["three"][3] < 1e-10
    assert lesson["uphill"] > 0
