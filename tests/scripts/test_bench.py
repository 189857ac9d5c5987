"""The benchmarks run, and refuse to compare unequal work."""

import importlib.util
import json
import os
import sys

import pytest
from helpers import ROOT, load_script

SUPPORT = ROOT / "tests" / "support"
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch, the peer, is not installed"
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Return what runs benchmarks, `bench("eval", ...)`; processes of its own do their work."""
    out = tmp_path_factory.mktemp("bench") / "a.json"

    def run(*words):
        runner.main([*words, "--json", str(out)])
        return json.loads(out.read_text())

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts/bench")
        runner = load_script("bench/run.py")
        yield run


@pytest.fixture(scope="module")
def evaluated(bench):
    """Time one evaluation on our side, and on torch's where it is installed."""
    return bench("eval", "--sizes", "32", "--rounds", "1", "--quick")


@pytest.mark.slow
def test_an_evaluation_is_timed_beside_a_matrix_product(evaluated):
    assert evaluated["eval"]
    for row in evaluated["eval"]:
        assert 1e-3 < row["ours s"] < 60
        assert 0 < row["of matmul rate"] < 1
    assert evaluated["machine"]["cores"] == os.cpu_count()


@needs_torch
@pytest.mark.slow
def test_torch_does_the_same_work(evaluated):
    rows = evaluated["eval"]
    assert [row["torch"] for row in rows] == ["eager", "channels-last"]
    for row in rows:
        assert row["torch / ours"] == row["torch s"] / row["ours s"]


@pytest.mark.slow
def test_memory_grows_with_the_picture_and_the_largest_one_is_on_that_line(bench, monkeypatch):
    monkeypatch.setattr(sys.modules["benchmarks"], "WORK", SUPPORT / "shallow_work.py")
    small, large, *budgets = bench("memory", "--sizes", "64", "512")["memory"]
    assert small["ours whole GB"] < large["ours whole GB"]
    sides = [row["ours whole GB"] for row in budgets]
    assert sides == sorted(sides)
    # Through (64², small) and (512², large), squares of sides are a line of the bytes.
    slope = (512**2 - 64**2) / (large["ours whole GB"] - small["ours whole GB"])
    assert sides[0] ** 2 - 512**2 == pytest.approx(slope * (8 - large["ours whole GB"]), rel=0.01)


@pytest.mark.slow
def test_a_batch_is_timed_beside_single_runs(bench, monkeypatch):
    tiny = [str(SUPPORT / "tiny.py"), "stylize", "--engine", "byhand"]
    monkeypatch.setattr(sys.modules["benchmarks"], "STYLIZE", tiny)
    rows = bench("batch", "--sizes", "32", "--quick")["batch"]
    assert [row["what"] for row in rows] == ["batch", "batch, --canvas 1", "one by one"]
    for row in rows:
        assert row["s a picture"] == row["s"] / 2
        assert row["one by one / it"] == rows[-1]["s"] / row["s"]


def test_the_operations_of_an_evaluation_are_counted(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts/bench")
    found = load_script("bench/work.py").flops

    assert found(64) == found(32) * 4
    assert found(512) == pytest.approx(397e9, rel=0.01)  # 379 of convolutions, 18 of Grams


@pytest.mark.parametrize("wrong", [0.998, 1.002, float("nan")])
def test_unequal_work_is_not_compared(wrong):
    check = load_script("bench/benchmarks.py").check_equal
    check({"total": 1.0}, {"total": 1.0009}, "total")
    with pytest.raises(SystemExit, match="unequal work: total"):
        check({"total": wrong}, {"total": 1.0}, "total")
    with pytest.raises(SystemExit, match="unequal work: gradient"):
        check({"gradient": [wrong, 0.0]}, {"gradient": [1.0, 0.0]}, "gradient")
