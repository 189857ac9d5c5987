import numpy as np
import pytest

from jnst.pictures import files, resizing, samples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("02_features")


@pytest.fixture(scope="module")
def larger(run_lesson):
    """The lesson at a larger size: some claims need a picture larger than the deepest fields."""
    return run_lesson("02_features", "--quick", "--size", "256", "--side", "168")


def test_the_convolution_by_hand(lesson):
    y = lesson["y"]
    assert y.shape == lesson["x"].shape == (6, 6)
    assert y[3, 2] == lesson["products"].sum() == 24
    assert (y[3:5, 2:4] == 24).all()  # the whole window sees the vertical edge
    assert y[1, 4] == y[2, 4] == 0  # the horizontal edge
    assert (y[:, 1] == 0).all()
    assert (y[:, 0] > 0).all()  # false edges at the frame
    assert (y[:, 5] < 0).all()


def test_it_is_a_correlation_with_a_kernel_that_is_not_turned(lesson):
    assert len(lesson["ours"]) == 5
    for name, difference in lesson["ours"].items():
        assert difference == (54 if name == "scipy.signal.convolve2d" else 0), name


def test_channels(lesson):
    brightness, red_to_green = lesson["y_colours"][3, :, 0], lesson["y_colours"][3, :, 1]
    assert (brightness[2:4] == 0).all()
    assert (red_to_green[2:4] > 50).all()
    assert (red_to_green[[1, 4]] == 5).all()  # nothing but the bias
    assert lesson["channels_error"] < 1e-5


def test_rectifier_and_pooling(lesson):
    z, largest, mean = lesson["z"], lesson["largest"], lesson["mean"]
    assert (z[:, 5] == 0).all()
    assert (lesson["y"][:, 5] < 0).all()  # the false edge on the right is gone
    assert np.array_equal(largest, [[3, 8, 0], [3, 24, 0], [3, 24, 0]])
    assert np.array_equal(mean, [[1.25, 4, 0], [1.5, 20, 0], [1.25, 20, 0]])
    assert lesson["pooling_error"] == 0


def test_weights_are_in_the_deep_layers_and_work_in_the_early_ones(lesson):
    table, params = lesson["table"], lesson["params"]
    assert len(table) == 13
    for layer, (weights, _) in table.items():
        assert weights == params[layer]["kernel"].size + params[layer]["bias"].size
    deep = [layer for layer in table if layer[4] in "45"]
    assert sum(table[layer][0] for layer in deep) > 0.75 * lesson["total_weights"]
    rest = [layer for layer in table if layer[4] in "123"]
    assert sum(table[layer][1] for layer in rest) > 0.5 * lesson["total_multiplications"]
    assert len({multiplications for _, multiplications in table.values()}) == 4


def test_the_compiler_counts_the_same(lesson):
    assert 0.95 < lesson["count_ratio"] < 0.99
    assert lesson["exact_ratio"] == pytest.approx(1, abs=1e-6)


def test_receptive_fields(lesson):
    widths = [lesson["field"][layer][0] for layer in lesson["style_layers"]]
    assert widths == [3, 10, 24, 68, 156]
    assert lesson["fields_of_solution"] == (252, 132)
    assert list(lesson["measured"]) == lesson["style_layers"][:3]
    assert lesson["measured"] == lesson["expected"]


def test_the_middle_of_a_field_counts_most(lesson):
    assert lesson["inner_share"] > 2 * lesson["inner_area"]


def test_kernels_come_in_opposite_pairs(lesson):
    assert lesson["opposites"] == 54
    assert lesson["flat"] == 15
    assert sorted(np.ravel(lesson["pairs"])) == list(range(64))
    partners = [lesson["cosine"][a, b] for a, b in lesson["pairs"]]
    assert np.median(partners) < -0.9
    assert partners == sorted(partners)


def test_the_strongest_maps_are_shown(lesson):
    for layer, F in lesson["features"].items():
        power = (F**2).mean(axis=(0, 1))
        assert power[lesson["strongest"][layer]].min() == np.sort(power)[-6], layer


def test_what_changes_features(lesson):
    moved = lesson["moved"]
    assert moved["darker by a fifth"][-1] < 0.6 * moved["darker by a fifth"][0]
    assert max(moved["without colour"]) == moved["without colour"][0]
    assert min(moved["without colour"]) > 0.3
    assert min(moved["mirrored"]) > 0.7


def test_silent_features(lesson):
    silent = list(lesson["silent"].values())
    late = list(lesson["silent"]).index("relu4_2")
    assert len(silent) == 13
    assert 0.35 < np.mean(silent[:late]) < 0.65
    assert min(silent[late:]) > 0.5


def test_average_pooling_makes_other_and_quieter_features(lesson):
    left = list(lesson["size_left"].values())
    assert left[0] == 1
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.5
    others = list(lesson["after_best_factor"].values())
    assert others[0] == 0
    assert min(others[1:]) > 0.15


def shifts_as_claimed(lesson, layers):
    assert list(lesson["inside"]) == lesson["style_layers"][:layers]
    assert len(lesson["shift_error"]) == 5 * layers
    for (layer, shift), error in lesson["shift_error"].items():
        pixels = lesson["field"][layer][1]
        assert (error < 1e-5) == (shift % pixels == 0), (layer, shift)


def test_features_move_with_the_picture_if_the_shift_fits(lesson):
    shifts_as_claimed(lesson, 3)


def test_solutions(lesson):
    horizontal = lesson["horizontal"]
    assert (horizontal[1:3, 4] == 24).all()
    assert (horizontal[3, 2:4] == 0).all()  # the vertical edge
    assert lesson["blurred"][4, 4] == pytest.approx(9)
    assert lesson["identity_error"] == 0
    assert lesson["K"].shape == (5, 5)
    assert lesson["chain_error"] < 1e-14
    assert np.abs(lesson["twice"] - lesson["once"]).max() > 0.01  # at the border
    assert lesson["recovered_error"] == 0


def test_what_only_a_larger_picture_shows(larger):
    assert list(larger["measured"]) == larger["style_layers"]
    assert larger["measured"] == larger["expected"]
    shifts_as_claimed(larger, 5)
    moved = larger["moved"]
    assert moved["with noise"][-1] > 1.5 * moved["with noise"][0]
    assert moved["darker by a fifth"] == sorted(moved["darker by a fifth"], reverse=True)
    assert max(moved["without colour"]) == moved["without colour"][0]
    assert all(0.9 < distance < 1.3 for distance in moved["mirrored"])
    test_silent_features(larger)
    test_average_pooling_makes_other_and_quieter_features(larger)


def test_the_deepest_channels_choose_the_eyes(lesson):
    """At the lesson's full size, where the text says so; which channels they are depends on it."""
    F, F_painting = (
        lesson["features_of"](resizing.fit(files.read(path), 448), layers=["relu5_1"])["relu5_1"]
        for path in (samples.content(), samples.STYLE)
    )
    height, width = F.shape[:2]
    chosen = lesson["answering"](F, F_painting)
    assert len(chosen) == 8
    for channel in chosen:
        p, q = np.unravel_index(F[:, :, channel].argmax(), (height, width))
        there = (p + 0.5) / height, (q + 0.5) / width
        eyes = (0.38, 0.38), (0.42, 0.71)  # row and column, as shares of the photograph
        assert min(np.hypot(there[0] - eye[0], there[1] - eye[1]) for eye in eyes) < 0.15, channel
