import numpy as np
import pytest


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("04_gram_gradient")


def test_the_gram_matrix_forgets_positions(lesson):
    assert not np.array_equal(lesson["shuffled"], lesson["F"])
    assert lesson["shuffling"] < 1e-14


def test_all_gradients_agree(lesson):
    assert len(lesson["claims"]) == 5
    for claim, error in lesson["claims"].items():
        assert error < (1e-9 if "central" in claim else 1e-12), claim


def test_the_second_case_is_about_the_map_before_the_rectifier(lesson):
    assert lesson["F"].min() == 0
    zero = lesson["Z"] < 0
    assert np.abs(lesson["on_F"][zero]).min() > 0
    assert not lesson["on_Z"][zero].any()
    assert lesson["lost"] > 0.1


def test_the_checker_tells_right_from_wrong_only_in_float64_and_without_absolute_tolerance(lesson):
    assert lesson["verdicts"] == {
        "float32, default tolerances": ["passed", "passed"],
        "float64, default tolerances": ["passed", "passed"],
        "float32, rtol 1e-6, atol 0": ["refused", "refused"],
        "float64, rtol 1e-6, atol 0": ["passed", "refused"],
    }
    assert lesson["length"] < 1e-4


def test_errors_against_the_step(lesson):
    steps, errors = lesson["steps"], {k: np.array(v) for k, v in lesson["errors"].items()}
    middle = (steps > 1e-6) & (steps < 1e-2)
    assert errors["float64"][middle].max() < 1e-8
    assert np.median(errors["float32"]) > 1e-6
    assert np.median(errors["float32"][steps < 1e-4]) > 1e-3
    # Truncation: a hundred times the error for ten times the step.
    large = (steps > 1) & (steps < 30)
    slope = np.polyfit(np.log(steps[large]), np.log(errors["float64"][large]), 1)[0]
    assert slope == pytest.approx(2, abs=0.05)


def test_the_best_step(lesson):
    measured = lesson["steps"][np.argmin(lesson["errors"]["float64"])]
    assert 0.05 < lesson["best"] / measured < 20


def test_solutions(lesson):
    assert set(lesson["errors_of_solutions"]) == {1, 2, 3}
    assert max(lesson["errors_of_solutions"].values()) < 1e-13
