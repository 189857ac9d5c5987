import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("07_experiments")


def test_more_weight_means_less_content_loss_and_more_style_loss(lesson):
    assert lesson["ratios"] == sorted(lesson["ratios"], reverse=True)
    assert np.all(np.diff(lesson["L_c"][:4]) > 0)
    assert np.all(np.diff(lesson["L_s"][:5]) < 0)
    assert lesson["L_s"][5] <= lesson["L_s"][4]
    assert lesson["L_c"][0] < 0.05
    # What happens happens within two decades, from 1 to 0.01.
    assert lesson["L_c"][3] - lesson["L_c"][1] > 2 * abs(lesson["L_c"][5] - lesson["L_c"][3])


def test_the_envelope_theorem(lesson):
    assert lesson["envelope_error"] < 1e-6
    # Not by accident: neither part of the slope is nothing.
    fun, c, s = lesson["small_optimum"](0.003)
    assert fun == pytest.approx(0.003 * c + s, rel=1e-12)
    assert min(0.003 * c, s) > 1e-4 * fun


def test_each_picture_is_best_for_its_own_ratio_where_runs_have_finished(lesson):
    winners = lesson["winners"]
    assert list(winners[:2]) == [0, 1]
    # The small ratios had not: a picture painted later, with a smaller one, is better at theirs.
    assert winners[3] > 3


def test_printed_ratios_cannot_be_compared(lesson):
    size, ours = lesson["options"].size, lesson["ours"]
    ratio = {name: ours[name, size] for name in lesson["printed"]}
    assert ratio["gatys2015"] > 5 * ratio["gatys2016"]
    assert ratio["neural-style"] < 10 * ratio["gatys2015"]
    assert ratio["gatys2015"] > 4 * ratio["debashish2023"]
    # The same losses, so that they differ as printed.
    assert ratio["neural-style"] == pytest.approx(50 * ratio["gatys2016"], rel=1e-3)
    # A plain sum over positions falls with the size, a mean does not.
    change = {name: ours[name, size] / ours[name, size // 2] for name in lesson["printed"]}
    assert 3 < change["gatys2015"] < 9
    assert 3 < change["debashish2023"] < 12
    assert 0.5 < change["gatys2016"] < 2
    assert change["neural-style"] == pytest.approx(change["gatys2016"], rel=0.01)
    for name in lesson["printed"]:
        shares = lesson["by_layer"][name, size]
        assert shares.sum() == pytest.approx(1)
        assert shares[3] > 0.9
        assert shares[0] < 0.001
    assert lesson["factors"]["relu4_2"] == (64 * 48 * 512 / 2, 512**2 / 4)


def test_our_weights_are_the_preset(lesson):
    assert lesson["translation_error"] < 1e-5
    in_units = lesson["in_units"]
    assert in_units[1e-3] == pytest.approx(1000 * in_units[1e-6])
    assert in_units[1e-3] == pytest.approx(
        lesson["ours"]["debashish2023", lesson["options"].size], rel=1e-3
    )


def test_the_slides_are_one_picture_at_this_size(lesson):
    style = [s for _, s in lesson["of_slides"].values()]
    assert max(style) < 1.1 * min(style)
    content = [c for c, _ in lesson["of_slides"].values()]
    assert max(content) < 1.1 * min(content)


def test_what_pooling_passes_back(lesson):
    assert np.count_nonzero(lesson["reached"]["max"]) == 4
    assert np.count_nonzero(lesson["reached"]["avg"]) == 256
    assert lesson["lengths"]["max"] == pytest.approx(1)
    assert lesson["lengths"]["avg"] == pytest.approx(1 / 8)
    assert lesson["sums"] == pytest.approx({"max": 1, "avg": 1})
    assert lesson["concentrated"]["max"] < 0.7 * lesson["concentrated"]["avg"]
    louder = lesson["louder"]
    assert louder[0] == pytest.approx(1)
    assert np.all(np.diff(louder) > 0)
    assert louder[-1] > 5
    assert lesson["roughness"]["avg"] < lesson["roughness"]["max"]


def test_content_layers(lesson):
    alike, of = lesson["alike"], lesson["of_content"]
    assert min(alike["relu1_2"], alike["relu2_2"]) > max(alike["relu4_2"], alike["relu5_2"])
    assert lesson["style_loss"](of["relu1_2"][2]) > lesson["style_loss"](of["relu4_2"][2])


def test_style_layers(lesson):
    assert list(lesson["sees"].values()) == [3, 10, 24, 68, 156]
    measured = lesson["measured"]
    table = np.array([measured[layer] for layer in lesson["style_layers"]])
    assert list(table[:4].argmin(axis=1)) == [0, 1, 2, 3]
    # Deep layers do not take the shallow ones along.
    assert table[3:, 0].min() > 1.5 * table[0, 0]


def test_the_deepest_style_layer_needs_more_steps_for_that(lesson, monkeypatch):
    """After ten steps of a quick run it is nearest to its own with some seeds and not with others.

    Thirty more bring it to 0.95, 0.85 and 0.44 of the least of the others, with seeds 0, 1 and 2.
    """
    monkeypatch.setattr(lesson["options"], "steps", 30)
    before, _, losses_before = lesson["of_style"]["relu5_1"]
    _, _, losses = lesson["paint"]({}, {"relu5_1": 1}, start=before)
    row = np.array([losses[layer] for layer in lesson["style_layers"]])
    assert row[4] < 1.2 * row[:4].min()
    assert row[4] < losses_before["relu5_1"] / 3


def test_the_start(lesson):
    apart = lesson["apart"]
    np.testing.assert_allclose(apart, apart.T)
    assert apart[~np.eye(5, dtype=bool)].min() > 0.1
    # The lowest loss is that of the picture least like the photograph.
    ends, like = lesson["ends"], lesson["like_photograph"]
    assert min(ends, key=ends.get) == "the painting"
    assert like["the painting"] < like["the photograph"]


def test_solutions(lesson):
    assert lesson["above_chord"] > 0
    assert lesson["slope_error"] < 1e-4
    assert lesson["scale_factor"] == pytest.approx(1 / 255**2)
    noises = [E for name, E in lesson["ends"].items() if "noise" in name]
    assert len(noises) == 3
    assert lesson["of_mean"] > 1.1 * max(noises)
