import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("03_content")


@pytest.fixture(scope="module")
def curves(lesson):
    """By layer: the losses and the errors in pixels of each step."""
    return {layer: (losses, errors) for layer, (_, losses, errors) in lesson["runs"].items()}


def test_the_derivative_by_hand(lesson):
    assert lesson["autodiff_error"] < 1e-15
    assert set(lesson["difference_errors"]) == {1e-3, 1.0, 1000.0}
    assert max(lesson["difference_errors"].values()) < 1e-11
    assert lesson["solution_1"] < 1e-15


def test_the_chain_to_the_pixels(lesson):
    assert float(abs(lesson["slope"])) > 0
    assert lesson["chain_error"] < 1e-12
    assert lesson["pixel_error"] < 1e-7


def test_the_loop_goes_downhill_and_lbfgs_faster(lesson, curves):
    assert lesson["descent_loss"] < 0.1
    assert curves["relu2_2"][0][-1] < lesson["descent_loss"] / 5
    assert len(curves["relu2_2"][0]) == lesson["options"].steps


def test_shallow_layers_give_the_photograph_back_and_deep_ones_do_not(lesson, curves):
    similarity = lesson["similarities"]
    assert similarity["relu1_2"] > 0.95
    assert similarity["relu1_2"] > similarity["relu2_2"] > similarity["relu3_2"]
    assert similarity["relu3_2"] > max(similarity["relu4_2"], similarity["relu5_2"])
    errors = [curves[layer][1][-1] for layer in lesson["layers"]]
    assert errors[1:] == sorted(errors[1:])


def test_low_loss_wrong_pixels(lesson):
    of_loss, of_error = np.array([lesson["fall"][layer] for layer in lesson["layers"]]).T
    assert of_loss.min() > 10
    assert of_error[0] > 3
    assert of_error[-1] < 1.2


def test_there_are_fewer_features_than_pixel_values_only_in_the_deepest_layer(lesson):
    counts = [lesson["counts"][layer] for layer in lesson["layers"]]
    assert min(counts[:4]) > lesson["photograph"].size > counts[4]
    formula = lesson["per_value"]
    assert formula == pytest.approx([64 / 3, 128 / 12, 256 / 48, 512 / 192, 512 / 768])
    assert all(
        0.8 * f < c / lesson["photograph"].size <= f for f, c in zip(formula, counts, strict=True)
    )


def test_deeper_layers_come_along_and_shallower_ones_do_not(lesson):
    matrix = lesson["matrix"]
    for i in range(1, 5):
        assert matrix[i, :i].min() > 3 * matrix[i, i]
        assert matrix[i, i:].max() < 2 * matrix[i, i]
    assert matrix[4, :2].min() > 0.7


def test_deep_layers_forgive_small_shifts_only(lesson):
    by_pixel = lesson["of_shifts"]
    assert lesson["shifts"][0] == 1
    assert np.all(np.diff(by_pixel[0, 1:]) < 0)
    assert by_pixel[0, 4] < by_pixel[0, 0] / 5
    assert by_pixel[-1].min() > 0.25


def test_changes_of_equal_size(lesson):
    original = lesson["window"](0)
    sizes = [lesson["rmse"](x, original) for x in lesson["changes"].values()]
    np.testing.assert_allclose(sizes, sizes[0], rtol=1e-3)
    of = dict(zip(lesson["changes"], lesson["of_changes"], strict=True))
    shift, noise, brighter = of["shifted by a pixel"], of["noise added"], of["brighter"]
    assert shift[0] > 2 * noise[0]
    assert noise[4] > 5 * shift[4]
    assert noise[1:].min() > noise[0]
    assert np.all(np.array(brighter) < of["colour taken out"])
    # Only the shift gets much cheaper with depth.
    assert all(row[4] > row[0] / 5 for name, row in of.items() if name != "shifted by a pixel")
    assert lesson["upside_down"][4] > 3 * lesson["of_shifts"][2, 4]


def test_colour_goes_before_brightness_and_detail_before_shape(lesson):
    lost = {key: np.array(values) for key, values in lesson["lost"].items()}
    assert np.all(lost["colour", 0] > lost["brightness", 0])
    finished = [0, 2, 3, 4]  # in so few steps relu2_2 is still wrong in the large
    for part in ("colour", "brightness"):
        assert np.all(lost[part, 2][finished] < lost[part, 0][finished])
    assert lost["brightness", 2][4] > 1


def test_smoothness_helps(lesson, curves):
    smooth = lesson["smooth"]
    assert lesson["rmse"](smooth, lesson["photograph"]) < curves["relu5_2"][1][-1]
    assert lesson["similarity_smooth"] > lesson["similarities"]["relu5_2"]
    assert lesson["losses_by_layer"](smooth)[4] < 0.1


def test_the_start_decides_in_deep_layers(lesson, curves):
    apart = lesson["apart"]
    assert apart["relu2_2", "other noise"] < 0.03
    for start in ("other noise", "the painting"):
        assert apart["relu5_2", start] > 1.5 * apart["relu2_2", start]
        assert apart["relu5_2", start] > 0.7 * curves["relu5_2"][1][-1]


def test_what_the_solutions_say(lesson, curves):
    assert lesson["middle_loss"] > 10 * lesson["usual_loss"]
    assert lesson["similarity_max"] < lesson["similarities"]["relu3_2"]
    assert lesson["errors_max"][-1] > curves["relu3_2"][1][-1]
    grey, coloured, finest = (np.array(row) for row in lesson["of_patterns"].values())
    assert np.all(grey > 100 * np.maximum(coloured, finest))
