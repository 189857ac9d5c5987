import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("01_pixels")


def test_a_picture_is_a_box_of_numbers_between_0_and_1(lesson):
    x = lesson["x"]
    assert x.shape == (1, 43, 64, 3)
    assert x.dtype == np.float32
    assert x.min() >= 0
    assert x.max() <= 1


def test_the_channels_add_up_and_red_leads(lesson):
    assert lesson["sum_error"] == 0
    red, green, blue = lesson["means"]
    assert red > green > blue


def test_8_bits_swallow_small_steps(lesson):
    assert lesson["as_float"] == pytest.approx(lesson["before"] + 0.1)
    assert lesson["as_8_bits"] == lesson["before"]


def test_png_loses_at_most_half_a_step_and_jpeg_much_more(lesson):
    assert 0 < lesson["lost_in_file"][".png"] <= 0.5001
    assert lesson["lost_in_file"][".jpg"] > 2


def test_bytes_and_floats_give_the_same_box_and_floats_to_255_are_refused(lesson):
    assert lesson["both_ways"] < 1e-6
    assert lesson["refused"]


def test_srgb(lesson):
    light, encode = lesson["light"], lesson["encode"]
    assert lesson["inverse_error"] < 1e-6
    assert light(np.array([0.0, 1.0])) == pytest.approx([0, 1])
    assert light(0.04045 - 1e-9) == pytest.approx(light(0.04045 + 1e-9), rel=1e-5)  # no step
    numbers = np.linspace(0.1, 1, 10)
    assert light(numbers) == pytest.approx(numbers**2.2, abs=0.01)
    assert lesson["half_light"] == pytest.approx(0.214, abs=0.001)
    assert lesson["grey_of_half_light"] == 188
    assert encode(light(0.3)) == pytest.approx(0.3)


def test_mixing_numbers_is_too_dark_but_a_photograph_hardly_shows_it(lesson):
    assert max(lesson["share_of_light"].values()) < 0.5
    assert len(lesson["share_of_light"]) == 2
    assert (lesson["in_numbers"] <= lesson["in_light"] + 1e-6).all()
    assert 0 < lesson["darker"] < 3 / 255


def test_skipping_pixels_makes_rings_that_are_not_there(lesson):
    skipped, resized = lesson["contrast"].values()
    true = lesson["rings"].std()
    assert skipped == pytest.approx(true, rel=0.05)  # as strong as the true ones
    assert resized < 0.05 * skipped


def test_preprocess(lesson):
    assert lesson["same_as_library"] == 0
    assert lesson["m"].ravel() == pytest.approx([103.939, 116.779, 123.68])
    assert lesson["largest_for_mean_colour"] < 1e-4
    assert lesson["y"].min() < -100


def test_a_wrong_input_is_the_right_input_of_a_wrong_picture(lesson):
    for name, y in lesson["faults"].items():
        assert lesson["preprocess"](lesson["believed"](y), lesson["m"]) == pytest.approx(
            y, abs=1e-3
        ), name
    assert np.abs(lesson["faults"]["torchvision's formula"]).max() < 3
    black = lesson["believed"](lesson["faults"]["not times 255"])
    assert np.abs(black).max() < 1 / 255 + 1e-6


def test_every_fault_moves_the_features(lesson):
    wrong = lesson["wrong"]
    assert len(wrong) == 5
    for name, by_layer in wrong.items():
        for d, d_0 in by_layer.values():
            assert 0.3 < d_0 < 1, name
            assert d_0 <= d, name
    for name in ("RGB instead of BGR", "no mean subtracted"):  # the deep layer gets over some of it
        (d_shallow, _), (d_deep, _) = wrong[name].values()
        assert d_deep < 0.65 * d_shallow, name
        assert 0.35 < d_deep < 0.6, name
    for layer, (d, d_0) in wrong["torchvision's formula"].items():
        assert 0.95 < d < 1, layer  # next to nothing is left
        assert 0.4 < d_0 < 0.85, layer  # much of it a factor, not all
    for layer, (_, d_0) in wrong["not times 255"].items():
        assert d_0 > wrong["another picture"][layer][1] - 0.05, layer


def test_the_features_do_not_just_shrink_with_the_input(lesson):
    """Brighter and darker by a factor is what a linear map would not notice."""
    F = lesson["right"]["relu4_2"]
    y = lesson["y"]
    small = lesson["features_of"](lesson["believed"](y / 57))["relu4_2"]
    _, d_0 = lesson["distances"](small, F)
    assert d_0 > 0.1


def test_the_derivative(lesson):
    assert np.array_equal(lesson["J_autodiff"], lesson["J"])
    assert lesson["difference_error"] < 1e-11
    assert lesson["autodiff_error"] < 1e-14
    assert lesson["library_error"] == 0
    assert lesson["forgotten_error"] > 0.1  # the check can fail


def test_solutions(lesson):
    assert lesson["own_inverse"] == {
        "mirror": True,
        "upside down": True,
        "left half": False,
        "BGR": True,
    }
    assert lesson["rounding_max"] == pytest.approx(1 / 510, rel=1e-3)
    assert lesson["rounding_max"] <= 1 / 510 + 1e-15
    assert lesson["rounding_rms"] == pytest.approx(1 / (255 * np.sqrt(12)), rel=0.01)
    assert lesson["folding_inside"] < 1e-5
    assert lesson["folding"].max() > 0.1
    assert lesson["solution_5_error"] < 1e-11
