import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("08_total_variation")


def test_a_step_and_a_ramp_cost_the_same_for_lengths_only(lesson):
    assert lesson["climb_error"] < 1e-12
    of_climb = lesson["of_climb"]
    np.testing.assert_allclose(of_climb[0.5], 1)
    assert of_climb[1.0][-1] == pytest.approx(1 / 20)
    assert of_climb[1.25][-1] < of_climb[1.0][-1] < of_climb[0.75][-1] < 1


def test_the_derivative_of_every_pixel(lesson):
    assert len(lesson["errors"]) == 4 * 3
    assert max(lesson["errors"].values()) < 1e-12
    assert len(lesson["pixel_errors"]) == 4 * 9
    assert max(lesson["pixel_errors"].values()) < 1e-7


def test_stencils(lesson):
    squares, corner = lesson["inner"]["squares"], lesson["corner"]
    np.testing.assert_allclose(squares[1:4, 1:4], [[0, -2, 0], [-2, 8, -2], [0, -2, 0]])
    np.testing.assert_allclose(corner[:2, :2], [[4, -2], [-2, 0]])
    share = 41**2 / 42**2
    ideal = np.array([[-share, -4, -share], [-4, 16 + 4 * share, -4], [-share, -4, -share]]) / 3
    np.testing.assert_allclose(lesson["inner"]["nine-point"][1:4, 1:4], ideal)
    assert round(share, 2) == 0.95
    for numbers in (*lesson["inner"].values(), corner):
        assert numbers.sum() == pytest.approx(0, abs=1e-12)


def test_nine_points_prefer_no_direction(lesson):
    spread = lesson["spread"]
    for wavelength in (3, 6):
        assert spread["nine-point", wavelength] < spread["squares", wavelength] / 5
    values = lesson["symbols"]["squares", 3]
    assert np.argmax(values) == 45
    assert spread["squares", 3] > 0.15


def test_the_trap_of_autodiff(lesson):
    assert np.isnan(lesson["naive_gradient"]).any()
    assert not lesson["safe_gradient"].any()


def test_the_corner_stops_gradient_descent(lesson):
    rough, eta = {name: values[-1] for name, values in lesson["rough"].items()}, lesson["eta"]
    assert eta < rough["the corner"] < 5 * eta
    assert eta < rough["ε = 0.01"] < 5 * eta
    assert rough["ε = 0.05"] < eta / 5


def test_the_flow_keeps_edges_for_lengths_only(lesson):
    sharp, wrong = lesson["sharp"], lesson["wrong"]
    assert list(sharp) == [0.5, 0.75, 1.0, 1.25]
    assert sharp[0.5] > sharp[0.75] > sharp[1.0] > sharp[1.25]
    assert sharp[0.5] > 0.7 * lesson["of_truth"]
    assert sharp[1.0] < 0.5 * lesson["of_truth"]
    assert min(wrong, key=wrong.get) == 0.5
    for x, steps in lesson["smoothed"].values():
        assert 0 < steps < 20_000
        assert x[lesson["middle"]].std() < 0.02


def test_the_weight_in_a_stylised_picture(lesson):
    painted = lesson["painted"]
    assert list(painted) == [0.0, 0.05, 0.25, 2.5, 25.0]
    roughness = [r for _, r, _ in painted.values()]
    assert np.all(np.diff(roughness) < 0)
    rest = [rest for _, _, rest in painted.values()]
    assert rest[-1] > 1.2 * rest[0]
    assert roughness[2] < 0.9 * roughness[0]


def test_straight_lines(lesson):
    costs = {name: lines / rough for name, (rough, lines) in lesson["costs"].items()}
    for name in ("oblique", "bent", "grain"):
        assert costs[name] < costs["straight"] / 3, name
    assert lesson["line_error"] < 1e-12
    without, there = lesson["line_loss"]
    assert there < 0.85 * without  # at the size and steps of --quick


def test_sizes(lesson):
    for beta in (0.5, 0.75, 1.0, 1.25):
        assert lesson["synthetic"]["smooth", beta] == pytest.approx(2 - 2 * beta, abs=0.1)
        assert lesson["synthetic"]["edge", beta] == pytest.approx(1, abs=0.05)
        assert lesson["synthetic"]["grain", beta] == pytest.approx(2, abs=0.05)
        assert 1 < lesson["growth"][beta] < 2
    growth = lesson["growth"][1.0]
    assert growth == pytest.approx(1.2, abs=0.05)
    # Between sizes that differ by 4: the weight of a mean, and of a sum.
    assert 1 / 4 ** (growth - 2) == pytest.approx(3, abs=0.3)
    assert 4**growth == pytest.approx(5, abs=0.4)
    assert lesson["conversions"]["neural-style: 1e-3 · ½ Σ s, 0 to 255"] == pytest.approx(32.5125)


def test_a_term_left_out_of_the_value(lesson):
    courses, y, energy = lesson["courses"], lesson["y"], lesson["energy"]
    right, wrong = (
        energy(lesson["ends"][name].x.reshape(y.shape))
        for name in ("with R in the value", "without")
    )
    assert right < 0.5 * energy(y)
    assert wrong == pytest.approx(energy(y))
    assert courses["without"][0, 0] == 0
    assert courses["without"][1:, 0].min() > 0
    assert not lesson["ends"]["without"].success
    assert lesson["ends"]["with R in the value"].success
    # Without a line search: the energy falls, what is reported rises.
    assert np.all(np.diff(lesson["real"]) < 0)
    assert np.argmin(lesson["reported"]) == 0
    assert lesson["reported"][-1] > 0
    assert lesson["checks"]["with R"] < 1e-8
    assert lesson["checks"]["without"] > 0.1


def test_solutions(lesson):
    assert lesson["solution_1"] < 1e-12
    assert lesson["diagonal_cost"]["↘"] == pytest.approx(1)
    assert lesson["diagonal_cost"]["↙"] == pytest.approx(2**0.5, rel=0.02)
    assert lesson["total_gradient"] < 1e-12
    assert lesson["kept"] < 1e-12
    assert lesson["of_papers"][-1, -1] == 0
    assert lesson["solution_3"] < 1e-12
    assert 15 < lesson["largest"] < 16
    cost = lesson["per_pixel"]
    assert cost["wave", "squares"] == pytest.approx(4, rel=0.01)
    assert cost["wave", "nine-point"] == pytest.approx(4, rel=0.01)
    assert cost["chequerboard", "squares"] == pytest.approx(8, rel=0.01)
    assert cost["chequerboard", "nine-point"] == pytest.approx(16 / 3, rel=0.01)
