import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("09_style_distances")


def test_what_each_distance_does_not_see(lesson):
    kinds = ["gram", "wasserstein", "moments", "histogram", "sliced", "remd"]
    blind = {
        name: {kind for kind, value in zip(kinds, values, strict=True) if value < 1e-9}
        for name, values in zip(lesson["clouds"], lesson["seen"], strict=True)
    }
    assert blind == {
        "the style": set(kinds),
        "shuffled": set(kinds),
        "same Gram matrix": {"gram"},
        "same mean, covariance": {"gram", "wasserstein", "moments"},
        "same channels": {"moments", "histogram"},
        "same directions": {"remd"},
    }
    # What they see is no rounding.
    assert lesson["seen"][lesson["seen"] > 1e-9].min() > 1e-3


def test_one_dimension(lesson):
    assert len(lesson["costs"]) == 5040
    assert min(lesson["costs"]) == pytest.approx(lesson["sorted_cost"], rel=1e-12)
    assert lesson["sampled"] == pytest.approx(lesson["formula"], rel=0.01)


def test_the_transport_map(lesson):
    assert len(lesson["formula_errors"]) == 4
    assert max(lesson["formula_errors"].values()) < 1e-10


def test_newton_schulz(lesson):
    convergence, arrival = lesson["convergence"], lesson["arrival"]
    assert arrival[1e1] < arrival[1e3] <= 12 < arrival[1e5]
    for values in convergence.values():
        assert values[-1] < 1e-11
    assert 1e-3 < convergence[1e5][11] < 1e-2  # wrong in the third digit
    assert lesson["reached"] == pytest.approx(6e-5, rel=0.05)
    assert min(lesson["in_float32"]) > 1e-7


def test_the_derivative_of_a_root(lesson):
    errors = dict(lesson["sylvester_errors"])
    assert errors.pop("wrong: dS = S^-1 dK / 2") > 0.1
    assert errors.pop("central differences") < 1e-7
    assert len(errors) == 2
    assert max(errors.values()) < 1e-10


def test_all_gradients_agree(lesson):
    errors = dict(lesson["gradient_errors"])
    assert errors.pop("central differences") < 1e-7
    assert len(errors) == 3
    assert max(errors.values()) < 1e-10


def test_a_nearly_singular_covariance(lesson):
    assert lesson["M"] < lesson["N"]
    off = lesson["off"]
    for dtype in (np.float32, np.float64):
        assert np.isnan(off["nothing", dtype])
        assert off["ε = 1e-4", dtype] < off["ε = 1e-2", dtype] < 0.2
        assert off["12 steps", dtype] > 2 * off["ε = 1e-4", dtype]
        assert off["12 steps, ε = 1e-4", dtype] == pytest.approx(off["12 steps", dtype], rel=0.1)
    assert off["40 steps", np.float32] < off["at least 8 units", np.float32] / 3
    assert off["at least 8 units", np.float64] < 1e-6
    assert off["at least 8 units", np.float32] < 0.1
    assert lesson["library_off"] < 1e-3


def test_the_smaller_of_two_matrices(lesson):
    large, small = lesson["traces"].values()
    assert small == pytest.approx(large, rel=1e-5)
    M, N = lesson["M"], lesson["N"]
    assert {name: len(values) for name, values in lesson["spectra"].items()} == {
        f"{N} x {N}": N,
        f"{M} x {M}": M,
    }
    # The zeros: all but M - 1 of the large one, one of the small one.
    for values in lesson["spectra"].values():
        assert (values > 1e-11 * values.max()).sum() == M - 1


def test_every_relative_makes_a_texture(lesson):
    falls = lesson["falls"]
    assert set(falls) == {
        "gram", "wasserstein", "moments", "histogram", "sliced", "remd", "patches",
    }  # fmt: skip
    for name, (first, last) in falls.items():
        assert last < 0.7 * first, name
        assert lesson["textures"][name].shape == lesson["painting"].shape
    assert all(0 < value < 2 for value in lesson["between"].values())
    np.testing.assert_allclose(lesson["few"][0], [0.5, 2.5, 4.5, 6.5, 8.5])
    assert lesson["forgiving"] < lesson["strict"]


def test_solutions(lesson):
    assert lesson["solution_1"] < 1e-8
    assert lesson["by_stretch"] == pytest.approx([9, 81], rel=1e-9)
    assert lesson["solution_3"] < 1e-12
    ends = lesson["ends"]
    assert all(ends[p] == pytest.approx(1) for p in (1e-3, 0.5, 1.5, 2.5, 2.99))
    assert ends[3.0] == 0
    assert ends[5.5] > 1e3
    assert lesson["unseen"][0] < 1e-25
    assert lesson["unseen"][1] > 1e-4


def test_the_polar_factor_by_products(lesson):
    assert lesson["arrives"]["best"] <= 8 < 12 < lesson["arrives"]["Newton-Schulz"]
    assert lesson["by_products"] < 2e-3
