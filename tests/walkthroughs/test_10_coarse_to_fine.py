import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("10_coarse_to_fine")


def test_windows_by_formula_and_by_derivative(lesson):
    windows = lesson["windows"]
    assert [windows[layer] for layer in lesson["layers"]] == [3, 10, 24, 68, 156]
    assert lesson["support"] == (windows[lesson["options"].deepest],) * 2
    assert lesson["half"] < 0.5 * windows[lesson["options"].deepest]
    assert lesson["summed"] == 156


def test_the_default_spends_three_tenths_at_the_first_size_and_a_quarter_at_the_last(lesson):
    first, *others = lesson["default_costs"]
    assert lesson["default_sizes"] == [91, 128, 181, 256, 362, 512]
    whole = sum([first, *others])
    assert whole == pytest.approx(32.6, abs=0.5)
    assert first == pytest.approx(0.3 * whole, rel=0.05)
    assert others[-1] == pytest.approx(0.25 * whole, rel=0.05)


def test_small_sizes_settle_the_large_forms(lesson):
    coarse = lesson["coarse"]
    assert (coarse["coarse to fine"] < coarse["the photograph"]).all()
    assert coarse["coarse to fine"].sum() < coarse["one size"].sum()
    base, one_size = lesson["base"], lesson["one_size"]
    assert len(lesson["sizes"]) == 3
    assert one_size.steps[0] == round(sum(lesson["costs"](lesson["sizes"], base.steps)))


def test_bilinear_stays_positive(lesson):
    assert lesson["lanczos"].min() < -0.05
    assert lesson["bilinear"].min() == 0


def test_without_units_one_layer_rules(lesson):
    plain, relative = lesson["in_scale"]["mean"], lesson["in_scale"]["relative"]
    assert plain.argmax() == 3
    assert plain[3] > 0.6
    assert relative.max() < 0.5
    # The weights that undo the units make the same loss.
    shares = lesson["unscaled_weights"] * lesson["at_start"]
    plain = lesson["default_weights"] * plain
    np.testing.assert_allclose(shares / shares.sum(), plain / plain.sum(), rtol=1e-4)


def test_few_channels_rule_the_gram_matrix(lesson):
    for of_w, of_gram in lesson["ruling"].values():
        assert of_gram > 1.2 * of_w


def test_the_content_gradient_does_not_fade(lesson):
    for name, error in lesson["content_errors"].items():
        assert error < 1e-9, name
    d, gradient = lesson["d"], lesson["contraharmonic_gradient"]
    V = np.random.default_rng(1).normal(size=d.shape)
    f = lesson["contraharmonic"]
    numeric = (f(d + 1e-6 * V) - f(d - 1e-6 * V)) / 2e-6
    assert numeric == pytest.approx((gradient(d) * V).sum(), rel=1e-6)


def test_zeros_outside_are_seen(lesson):
    assert lesson["rims"]["edge"] < 0.7 * lesson["rims"]["zeros"]


def test_one_choice_less(lesson):
    measured = lesson["measured"]
    assert len(measured) == 11
    assert not any(np.isnan(row).any() for row in measured.values())
    default = measured["the default"]
    for name in ("layers not in units", "layers alike"):
        assert measured[name][4] < default[4], "the deep layers come nearer to the painting"
        assert measured[name][5] < default[5], "and the cat goes"
    assert measured["rough"][6] > default[6]
    for name, picture in lesson["pictures"].items():
        assert picture.shape == lesson["start"].shape, name


def test_solutions(lesson):
    assert lesson["shared"] == [320, 80, 20]
    assert lesson["agree"]
    assert 0 < lesson["away"].mean() < 1
    assert lesson["slopes"][0] == pytest.approx(lesson["slopes"][1])
