import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lesson(run_lesson):
    return run_lesson("11_speed")


def test_a_chain_of_small_operations_becomes_one_loop(lesson):
    assert lesson["entry_of"](lesson["small_program"]) == ["fusion"]


def test_fewer_operations_are_executed_than_written_down(lesson):
    assert len(lesson["executed"]) < 0.5 * lesson["written"]
    assert lesson["convolutions"] == 2 * len(lesson["products"])
    assert lesson["kinds"]["fusion"] > 10


def test_the_compiler_counts_as_we_do(lesson):
    assert 0.9 < lesson["flops_ratio"] < 1.02
    assert 0 < lesson["style_share"] < 0.2


def test_autodiff_multiplies_once_more_than_needed(lesson):
    assert lesson["gram_products"] == {"autodiff": 3, "by hand": 2}
    assert lesson["gram_error"] < 1e-12


def test_times_are_of_everything(lesson):
    assert set(lesson["by_layer"]) == set(lesson["order"])
    assert len(lesson["parts"]) == 5
    assert min(lesson["parts"].values()) > 0


def test_constants_are_written_into_the_program(lesson):
    assert lesson["characters"] == pytest.approx(2, abs=0.01)
    assert lesson["slower"] > 0


def test_shapes_compile_and_values_do_not(lesson):
    assert lesson["traces"] == [(8, 8), (16, 16)]


def test_both_loops_end_with_the_same_picture(lesson):
    assert lesson["same_end"] < 0.02
    assert set(lesson["loops"]) == {"host", "scan"}


def test_what_the_way_back_keeps(lesson):
    tried, one_map = lesson["tried"], lesson["one_map"]
    assert tried["convolution"] == 0
    assert tried["rectifier, autodiff"] == one_map
    assert tried["rectifier, flags"] == one_map / 4
    assert tried["rectifier, library"] == one_map / 32
    assert tried["average pooling, library"] < one_map / 64
    assert tried["maximum pooling, autodiff"] == one_map
    assert tried["maximum pooling, flags"] == one_map / 16
    assert tried["maximum pooling, library"] == one_map / 64


def test_the_whole_network_keeps_what_the_formula_says(lesson):
    measured = list(lesson["measured"].values())
    np.testing.assert_allclose(measured, lesson["by_hand_bytes"], rtol=1e-3)
    assert measured[0] > 20 * measured[2]


def test_memory_and_work_of_the_variants(lesson):
    temporary, work = lesson["temporary"], lesson["work"]
    assert temporary["bits (library)"] < temporary["autodiff"]
    assert lesson["per_pixel"]["bits (library)"] < 0.9 * lesson["per_pixel"]["autodiff"]
    alone = work["the loss alone"]
    assert work["autodiff"] == pytest.approx(2 * alone, rel=0.1)
    assert work["checkpoint"] == pytest.approx(3 * alone, rel=0.1)
    assert max(lesson["spread"].values()) < 1e-3


def test_the_engines_agree(lesson):
    assert lesson["engine_errors"]["gram"] < 1e-9
    assert lesson["engine_errors"]["wasserstein"] < 1e-5
    for jax, byhand in lesson["totals"].values():
        assert byhand == pytest.approx(jax, rel=1e-10)


def test_solutions(lesson):
    assert 1e12 < lesson["whole_run"] < 1e14
    by_size = lesson["operations"]
    assert lesson["whole_run"] == pytest.approx(32.6 * by_size(512), rel=0.05)
    assert lesson["leaky_bits"] == 1
    assert lesson["leaky_error"] < 1e-6
    assert len(lesson["static_traces"]) == 6
    assert lesson["best_part"] == 10
