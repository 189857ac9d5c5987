"""A batch on this machine: what it loads, compiles and paints, and what failures cost."""

import os
import time
import types

import PIL.Image
import pytest
from helpers_batch import make_pictures, run, table

import jnst.optimize.step
from jnst import xla
from jnst.batch import local
from jnst.transfer import method

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(autouse=True)
def _photos_and_a_painting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_pictures()


def counted(monkeypatch):
    """Count what a batch loads, measures and compiles."""
    counts = {"loaded": 0, "styles": 0}
    programs, load, jit = [], method.load, jnst.optimize.step.jit

    def loading(settings):
        loaded = load(settings)
        targets = loaded.engine.targets

        def measuring(term, *arguments):
            counts["styles"] += term == "style"
            return targets(term, *arguments)

        counts["loaded"] += 1
        return loaded._replace(engine=loaded.engine._replace(targets=measuring))

    def jitting(*arguments, **options):
        programs.append(jit(*arguments, **options))
        return programs[-1]

    monkeypatch.setattr(method, "load", loading)
    monkeypatch.setattr(jnst.optimize.step, "jit", jitting)
    monkeypatch.setattr(xla, "_compiled", set())  # none are let go while they are counted
    jnst.optimize.step.program.cache_clear()
    return counts, lambda: sum(program._cache_size() for program in programs)


@pytest.mark.parametrize(
    ("canvas", "compiled"), [("4", 2), pytest.param("1", 6, marks=pytest.mark.slow)]
)
def test_it_loads_once_measures_a_style_once_a_size_and_compiles_once_a_shape(
    canvas, compiled, monkeypatch
):
    PIL.Image.new("RGB", (32, 28), "red").save("photos/red.png")  # both shapes once more
    PIL.Image.new("RGB", (32, 28), "blue").save("photos/blue.png")
    counts, programs = counted(monkeypatch)
    first = ["--content-layers", "relu1_1", "--style-layers", "relu1_1"]  # quick to compile
    first += ["--engine", "jax", "--style-loss", "gram"]
    assert run("--canvas", canvas, *first) == 0
    assert counts == {"loaded": 1, "styles": 1}
    assert programs() == compiled


def test_programs_are_let_go_before_there_are_too_many(monkeypatch):
    forgotten = []
    monkeypatch.setattr(xla, "MOST_COMPILED", 3)  # one is the style's
    monkeypatch.setattr(xla, "_compiled", set())
    monkeypatch.setattr(xla.jax, "clear_caches", lambda: forgotten.append(1))
    assert run("--canvas", "1", "--steps", "1", "--first-size", "None") == 0
    assert len(forgotten) == 2, "of shapes 1, 2; 3, 4; 5, 3"


def test_a_second_run_skips_what_is_finished_and_loads_nothing(monkeypatch, capsys):
    assert run("--quiet") == 0
    before = {name: os.stat(f"out/{name}").st_mtime_ns for name in os.listdir("out")}
    counts, _ = counted(monkeypatch)
    assert capsys.readouterr() == ("", "")
    assert run() == 0
    after = {name: os.stat(f"out/{name}").st_mtime_ns for name in os.listdir("out")}
    assert counts["loaded"] == 0
    assert {name for name in after if after[name] != before[name]} == {"batch.csv"}
    assert {row["status"] for row in table()} == {"skipped"}
    told = capsys.readouterr()
    assert told.out.startswith("0 painted, 6 skipped, 0 failed in ")
    assert told.err.splitlines()[2] == "3/6 out/2-painting.png skipped"


def test_ctrl_c_keeps_what_is_finished_and_only_that(monkeypatch, capsys):
    original, begun = method.paint, []

    def interrupted(*arguments, **options):
        begun.append(1)
        for progress in original(*arguments, **options):
            yield progress
            if len(begun) == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(method, "paint", interrupted)
    assert run() == 130
    told = capsys.readouterr()
    assert sorted(os.listdir("out")) == ["0-painting.png", "1-painting.png", "batch.csv"]
    assert [row["status"] for row in table()] == ["painted"] * 2
    assert told.err.splitlines()[-1] == "jnst: interrupted: 4 pictures are left to do"
    assert "2 painted, 0 skipped, 0 failed in " in told.out
    monkeypatch.setattr(method, "paint", original)
    assert run("--quiet") == 0
    assert [row["status"] for row in table()] == ["skipped"] * 2 + ["painted"] * 4


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "out of memory; take a smaller --size"),
        (ValueError("RESOURCE_EXHAUSTED: 81 MB"), "out of memory; take a smaller --size"),
        (ZeroDivisionError("oops"), "unexpected ZeroDivisionError: oops (a fault of jnst; "),
    ],
)
def test_a_failure_while_painting_costs_one_picture(error, says, monkeypatch):
    original = method.paint

    def failing(pictures, *arguments, **options):
        yield from original(pictures, *arguments, **options)
        if pictures.original.shape[1] == 31:
            raise error

    monkeypatch.setattr(method, "paint", failing)
    assert run() == 1
    assert [row["status"] for row in table()].count("painted") == 5
    assert table()[1]["reason"].startswith(says)
    assert not os.path.exists("out/1-painting.png")


def test_a_table_keeps_what_was_measured_and_what_is_still_to_do(monkeypatch):
    assert run("--quiet") == 0
    first = table()
    os.remove("out/0-painting.png")
    original = local.outdated

    def interrupted(job, settings, **options):
        if job.output.name == "3-painting.png":
            raise KeyboardInterrupt
        return original(job, settings, **options)

    monkeypatch.setattr(local, "outdated", interrupted)
    # Both runs take about as long: by another clock no two times are the same by chance.
    faster = types.SimpleNamespace(monotonic=lambda: 1000 * time.monotonic())
    monkeypatch.setattr(local, "time", faster)
    assert run("--quiet") == 130
    second = table()
    assert [row["status"] for row in second] == ["painted", *["skipped"] * 2, *["painted"] * 3]
    assert [row["loss"] for row in second] == [row["loss"] for row in first]
    assert [row["seconds"] for row in second[1:]] == [row["seconds"] for row in first[1:]]
    assert second[0]["seconds"] != first[0]["seconds"]


def test_an_output_that_cannot_be_written_is_not_painted_first(monkeypatch):
    os.makedirs("out/1-painting.png")
    painted = []
    original = method.paint

    def counting(pictures, *arguments, **options):
        painted.append(pictures.original.shape)
        return original(pictures, *arguments, **options)

    monkeypatch.setattr(method, "paint", counting)
    assert run() == 1
    assert len(painted) == 5
    assert "it is not a regular file" in table()[1]["reason"]


def test_a_broken_photograph_is_tried_and_reported_once(capsys):
    os.mkdir("paintings")
    for name in ("one.png", "two.png"):
        PIL.Image.open("painting.png").save(f"paintings/{name}")
    with open("photos/a-broken.png", "wb") as stream:
        stream.write(b"no picture")
    assert run("--styles", "paintings") == 1
    told = capsys.readouterr()
    assert told.err.count("a-broken.png' as a picture") == 1
    assert told.out.count("photos/a-broken.png") == 1
    reasons = [row["reason"] for row in table() if row["status"] == "failed"]
    assert len(reasons) == 2
    assert reasons[0] == reasons[1] != ""
