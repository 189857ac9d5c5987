import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("14_training")


def test_three_terms_of_instance_norm(lesson):
    assert len(lesson["errors"]) == 4
    assert max(lesson["errors"].values()) < 1e-6
    assert len(lesson["same"]) == 3
    assert max(lesson["same"].values()) < 1e-12
    assert np.abs(lesson["dx"].sum(axis=0)).max() < 1e-12


def test_the_gradient_of_a_step_by_hand(lesson):
    assert lesson["L"] == pytest.approx(float(lesson["L_by_jax"]), rel=1e-12)
    assert len(lesson["step_errors"]) == 14
    assert max(lesson["step_errors"].values()) < 1e-12
    assert len(lesson["difference_errors"]) == 3
    assert max(lesson["difference_errors"].values()) < 1e-6


def test_biases_before_a_norm_have_no_gradient(lesson):
    size = {
        row: np.abs(kinds["bias"]).max()
        for row, kinds in lesson["gradients"].items()
        if "bias" in kinds
    }
    assert max(size[row] for row in ("first", "down", "up")) < 1e-12 < 1e-3 < size["last"]


def test_photographs_agree_on_the_style(lesson):
    cosines = lesson["cosines"]
    assert cosines["style"].mean() > cosines["content"].mean() + 0.1


def test_networks_are_trained(lesson):
    options, photographs = lesson["options"], lesson["seen"]
    assert list(lesson["trained"]) == [4**i for i in range(options.sets)]
    assert len(photographs) == lesson["counts"][-1]
    for params, curves, course in lesson["trained"].values():
        assert len(course) == options.steps
        for curve in (*curves.values(), course):
            assert np.isfinite(curve).all()
        assert list(params) == list(lesson["marks"])
        total = curves["trained on"].sum(axis=1)
        assert total[-1] < total[0]
    first = [params[0]["first"]["kernel"] for params, _, _ in lesson["trained"].values()]
    np.testing.assert_array_equal(first[0], first[1])


def test_few_photographs_are_learnt_by_heart(lesson):
    apart = {n: end["never seen"] - end["trained on"] for n, end in lesson["ends"].items()}
    one, *_, most = apart.values()
    assert one > most + 0.1
    content, style = (lesson["gaps"][part][1] for part in ("content", "style"))
    assert content + style == pytest.approx(one, rel=1e-5)
    assert content > style


def test_the_networks_paint(lesson):
    shape = lesson["chelsea"].shape
    for params in (lesson["most"][0], lesson["few"], lesson["many"]):
        picture = lesson["paint"](params, lesson["chelsea"])
        assert picture.shape == shape
        assert 0 <= picture.min() < picture.max() <= 1
    pictures = list(lesson["shown"].values())
    assert np.abs(pictures[1] - pictures[2]).max() > 1e-3


def test_solutions(lesson):
    along = lesson["along_kernel"]
    assert max(along[row] for row in ("first", "down", "up")) < 1e-3 < along["last"]
    assert 10 < lesson["angle"] < 90
    assert lesson["of_sum"] < 0.02
    assert lesson["moved"]["last"] == pytest.approx(1, abs=0.01)
    assert 0.01 < lesson["moved"]["first"] <= 1
    assert lesson["harm"] < 1e-12
    scatter = lesson["scatter"]
    assert scatter[1] == pytest.approx(2 * scatter[4], rel=0.2)
    assert scatter[4] == pytest.approx(2 * scatter[16], rel=0.2)
