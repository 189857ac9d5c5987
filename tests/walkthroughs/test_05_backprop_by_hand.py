import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("05_backprop_by_hand")


def test_the_gradient_at_the_pixels_is_that_of_autodiff(lesson):
    assert lesson["gradient"].shape == lesson["photograph"].shape
    assert lesson["gradient"].dtype == np.float64
    assert len(lesson["exact"]) == 6
    for name, error in lesson["exact"].items():
        assert error < 1e-9, name


def test_central_differences_agree_while_the_step_is_small(lesson):
    assert lesson["by_step"][1e-8] < 1e-6
    assert lesson["by_step"][1e-3] > 100 * lesson["by_step"][1e-8]


def test_the_figure_of_a_convolution_as_a_matrix(lesson):
    x = np.arange(8.0)
    np.testing.assert_allclose(
        lesson["C"] @ x, np.convolve(x, lesson["row_kernel"][::-1], mode="same")
    )
    np.testing.assert_allclose(lesson["C"].T @ x, np.convolve(x, lesson["row_kernel"], mode="same"))


def test_pooling_passes_back_what_came(lesson):
    assert (lesson["to_max"] != 0).sum() == 4
    assert lesson["to_max"].sum() == lesson["to_avg"].sum() == lesson["coming_back"].sum()
    assert lesson["to_max"][2, 2] == 4, "of equals the first"


def test_behind_max_pooling_at_most_a_quarter_is_not_zero(lesson):
    assert 0 < lesson["dotted"] <= 0.25


def test_twenty_steps_lower_the_loss(lesson):
    assert len(lesson["losses"]) == 21
    assert lesson["losses"][-1] < 0.5 * lesson["losses"][0]
    assert isinstance(lesson["x"], np.ndarray)
    assert lesson["x"].dtype == np.float32
    assert 0 <= lesson["x"].min() <= lesson["x"].max() <= 1


def test_solutions(lesson):
    assert lesson["solutions"][2] < 1e-6
    assert lesson["solutions"][3] < 1e-12
