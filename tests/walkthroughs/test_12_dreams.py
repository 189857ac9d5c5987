import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("12_dreams")


def test_derivatives_of_what_is_increased(lesson):
    errors = lesson["errors"]
    assert len(errors) == 5
    for name, error in errors.items():
        assert error < (1e-3 if "float32" in name else 1e-9), name


def test_plain_ascent_rises_and_makes_noise(lesson):
    assert lesson["grown"] > 1.5
    assert lesson["shares"]["added by plain ascent"] > 1.5 * lesson["shares"]["the photograph"]
    awake = lesson["awake_in"]
    for layer in lesson["default"].layers:
        assert awake["mean"][layer] > awake["squares"][layer]


def test_what_is_built_without_jitter_depends_on_the_grid(lesson):
    robust = lesson["robust"]
    assert robust["fixed"] < robust["jitter"]
    assert robust["fixed"] < 0.95


def test_octaves_give_back_the_detail(lesson):
    assert lesson["octave_error"] < 1e-6
    assert lesson["lost"] > 0.01
    assert len(lesson["in_octaves"]) == lesson["options"].octaves
    assert lesson["in_octaves"][-1].shape == lesson["photograph"].shape
    # What each octave adds is there in the end, upon the photograph as sharp as ever.
    grey, octaves = 0.5 * lesson["photograph"], lesson["options"].octaves
    ends = lesson["dream"](grey, lesson["default"], move=lambda x, *_, **__: x + 0.01)
    np.testing.assert_allclose(ends[-1], grey + 0.01 * octaves, atol=1e-6)


def test_bands(lesson):
    assert lesson["band_error"] < 1e-5
    assert lesson["fineness"]["with equal shares"] < lesson["fineness"]["the gradient"]
    added = lesson["added_fine"]
    assert added["shares"] < added["octaves"] < added["jitter"]


def test_the_guide(lesson):
    for name, error in lesson["guide_errors"].items():
        assert error < 1e-9, name
    assert np.abs(lesson["led"] - lesson["unled"]).max() > 0.05


def test_single_channels(lesson):
    assert list(lesson["only"]) == lesson["chosen"][-1:]


def test_another_basis(lesson):
    for name, error in lesson["basis_errors"].items():
        assert error < 1e-9, name
    fine = lesson["fine_of"]
    assert fine["waves"] < fine["pixels"]
    assert lesson["colourful"]["waves and colours"] < lesson["colourful"]["waves"]
    assert lesson["found"]["jnst visualize"][0].shape == lesson["found"]["pixels"][0].shape


def test_solutions(lesson):
    assert set(lesson["solutions"]) == {1, 2, 3, 4}
    assert max(lesson["solutions"].values()) < 1e-12
    assert lesson["orthogonal"] < 1e-12
    assert lesson["slow"] == pytest.approx(99 / 101, rel=1e-3)
