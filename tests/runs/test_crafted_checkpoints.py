"""Checkpoints that somebody else wrote: refused in one line, in little memory."""

import dataclasses
import io
import json
import os
import signal
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import jnst.cli
import jnst.transfer.method
from jnst.commands import stylize
from jnst.commands.single import Output
from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.runs.record import Inputs
from jnst.runs.resume import Checkpoints
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny", "hearing")

WORDS = ["--size", "32", "--first-size", "24", "--size-ratio", "1.3", "--steps", "4", "6"]
WORDS += ["--content-layers", "relu1_1", "--style-layers", "relu1_1", "--style-loss", "gram"]
WORDS += ["--engine", "byhand", "--checkpoint", "kept", "--checkpoint-every", "0", "--no-cache"]
MADE_WITH = [field.name for kind in (Settings, Inputs) for field in dataclasses.fields(kind)]
FACTS = [*checkpoint.Facts.__struct_fields__, "stage", "step", "leaves"]
WRONG = [None, True, "", "x", "-1", "a\0b", "\ud800", -1, 0, 7, 1.5, 1e300, float("nan")]
WRONG += [float("inf"), 10**30, [], [[]], [-1], [None], ["x"], ["a\0b"], [[1, 2, 3, -4]], {}]
WRONG += [{"x": 1}, {"1": {"total": "x"}}, {"-1": {"total": 1.0}}, {"1": {"x": 1.0}}]
NEVER = ["a\0b", float("nan"), [[]], {"x": 1}]
"""Of these, what no setting may be."""
OTHERS = [wrong for wrong in WRONG if repr(wrong) not in map(repr, NEVER)]
ARRAYS = [np.zeros(0), np.zeros((2, 2)), np.array("x"), np.array(1j), np.array(-1), np.array(0)]
ARRAYS += [np.array(2**62), np.array(np.nan), np.array(True), np.array(b"x"), np.arange(5)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the arrays of a run that was stopped at its fifth step, the first of its last size."""
    original, here = jnst.transfer.method.paint, Path.cwd()

    def stopped(*arguments, **options):
        for progress in original(*arguments, **options):
            if progress.step == 6:
                signal.raise_signal(signal.SIGTERM)
            yield progress

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jnst.transfer.method, "paint", stopped)
        patch.chdir(tmp_path_factory.mktemp("run"))
        assert jnst.cli.main(["stylize", *WORDS, "-o", "out.png", "--quiet"]) == 143
        with np.load(f"kept/{checkpoint.FILE}") as found:
            arrays = dict(found)
    assert Path.cwd() == here
    return arrays


@pytest.fixture
def go_on(tmp_path, monkeypatch):
    """Return a function that writes a checkpoint, goes on with it, and returns what is said."""
    monkeypatch.chdir(tmp_path)
    kept = Checkpoints(checkpoint=Path("kept"), checkpoint_every=1e9, resume=True)

    def run(arrays, *, plot=False):
        options = stylize.Options(result=Output(keep=kept, plot=plot, quiet=True, cache=False))
        for path in tmp_path.glob("*.png"):
            path.unlink()
        os.makedirs("kept", exist_ok=True)
        np.savez(f"kept/{checkpoint.FILE}", **arrays)
        try:
            assert stylize.run(options) == 0
        except InputError as error:
            return str(error)
        return ""

    return run


def changed(arrays, change):
    """Return the arrays with other facts: `change` is given their table."""
    table = json.loads(bytes(arrays["facts"]))
    change(table)
    return arrays | {"facts": np.frombuffer(json.dumps(table).encode(), np.uint8)}


def check(said, what):
    """See that it was refused in one line."""
    assert said, f"{what} was taken"
    assert "\n" not in said, f"{what}: {said}"


@pytest.mark.parametrize("name", FACTS)
def test_a_wrong_fact_is_one_line(name, whole, go_on):
    good = json.loads(bytes(whole["facts"]))[name]
    for wrong in WRONG:
        if wrong != good and not (name == "curves" and wrong == {}):  # no losses may be known
            other = changed(whole, lambda table, wrong=wrong: table.update({name: wrong}))
            check(go_on(other, plot=True), f"{name} {wrong!r}")  # of its curves
    check(go_on(changed(whole, lambda table: table.pop(name))), f"no {name}")


@pytest.mark.parametrize("name", MADE_WITH)
@pytest.mark.parametrize("wrongs", [NEVER, pytest.param(OTHERS, marks=pytest.mark.slow)])
def test_a_wrong_setting_is_one_line_or_another_run(name, wrongs, whole, go_on):
    good = json.loads(bytes(whole["facts"]))["made_with"][name]
    for wrong in wrongs:

        def change(table, wrong=wrong):
            table["made_with"][name] = wrong

        if said := go_on(changed(whole, change)):
            check(said, f"{name} {wrong!r}")
        else:  # of the right type
            right = {type(good), *([int, float] if type(good) in (float, type(None)) else [])}
            assert wrongs is OTHERS, (name, wrong)
            assert type(wrong) in right | {type(None)}, (name, wrong, good)


def test_a_wrong_state_is_one_line(whole, go_on):
    names = [name for name in whole if name.startswith("state")]
    assert len(names) > 8
    for name in names:
        good = whole[name]
        others = [good.astype(np.float16), good.astype(np.int8), good[None]]
        if good.ndim:
            others += [np.concatenate([good, good]), good[..., :1]]
        for wrong in (*(ARRAYS if name in names[:3] else ARRAYS[1:4]), *others):
            if wrong.dtype == good.dtype and wrong.shape == good.shape and name not in names[:3]:
                continue  # another number
            if wrong.shape == good.shape and good.size and (wrong == good).all():
                continue
            said = go_on(whole | {name: wrong})
            check(said, f"{name} {wrong.dtype} {wrong.shape} instead of {good!r:.60}")
        without = {key: array for key, array in whole.items() if key != name}
        check(go_on(without), f"no {name}")


def test_another_picture_to_begin_a_size_with_is_one_line(whole, go_on):
    none = {key: array for key, array in whole.items() if not key.startswith("state")}
    begun = changed(none, lambda table: table.update(leaves=0, step=4))
    good = np.full((1, 16, 24, 3), 0.5, np.float32)
    assert go_on(begun | {"picture": good}) == ""
    wrong = [good[0], good[..., :1], good[:0], good[:, :0], good.astype(int), np.stack([good])]
    wrong += [good * np.nan, good + 5, np.concatenate([good, good]), good.astype("U4")]
    for array in wrong:
        check(go_on(begun | {"picture": array}), f"{array.dtype} {array.shape}")
    check(go_on(begun), "no picture")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"step": 5}, "it is damaged: step 5 is none of its state"),
        ({"step": 12}, "it is damaged: step 12 is none of its state"),
        ({"stages": [[24, 24, 4, "adam", -8], [32, 32, 6, "lbfgs"]]}, "it is damaged: a stage has"),
        (
            {"stages": [[24, 24, 4, "adam"], [32, 32, 6, "lbfgs", 64]]},
            "the stages are not those of its settings",
        ),
        (
            {"stages": [[24, 24, 4, "adam"], [32, 32, 10**9, "lbfgs"]]},
            "the stages are not those of its settings",
        ),
        (
            {"stages": [[24, 24, 4, "adam"], [65000, 32, 6, "lbfgs"]]},
            "the stages are not those of its settings",
        ),
        (
            {"stages": [[24, 24, 4, "adam"], [32, 32, 6, "lbfgs"], [9, 9, 9, "lbfgs"]]},
            "the stages are not those of its sett",
        ),
    ],
)
def test_what_does_not_belong_together_is_refused(change, says, whole, go_on):
    said = go_on(changed(whole, lambda table: table.update(change)))
    check(said, change)
    assert says in said


def peak(folder):
    """Return the bytes that reading a checkpoint takes at most; it must be refused."""
    tracemalloc.start()
    with pytest.raises(InputError, match="cannot read the checkpoint"):
        checkpoint.load(folder)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("name", ["facts", "state4", "picture"])
def test_a_small_file_that_expands_takes_no_memory(name, whole, tmp_path):
    path, large = tmp_path / checkpoint.FILE, np.zeros(100_000_000, np.uint8)
    np.savez_compressed(path, **(whole | {name: large}))
    assert path.stat().st_size < 1e6
    assert peak(tmp_path) < 1e7


def test_a_header_that_claims_more_than_there_is_takes_no_memory(whole, tmp_path):
    header = io.BytesIO()
    claimed = {"descr": "|u1", "fortran_order": False, "shape": (100_000_000,)}
    np.lib.format.write_array_header_1_0(header, claimed)
    np.savez(tmp_path / checkpoint.FILE, **{k: v for k, v in whole.items() if k != "facts"})
    with zipfile.ZipFile(tmp_path / checkpoint.FILE, "a") as archive:
        archive.writestr("facts.npy", header.getvalue() + b"{}")
    assert peak(tmp_path) < 1e7


def test_members_that_share_their_bytes_take_no_memory(whole, tmp_path):
    """A table of contents may name the same bytes again and again."""
    path = tmp_path / checkpoint.FILE
    np.savez(path, **(whole | {"state4": np.zeros(1_000_000, np.uint8)}))
    with zipfile.ZipFile(path, "a") as archive:
        (large,) = (info for info in archive.infolist() if info.filename == "state4.npy")
        for number in range(5, 105):
            again = zipfile.ZipInfo(f"state{number}.npy")
            for field in ("CRC", "compress_size", "file_size", "header_offset"):
                setattr(again, field, getattr(large, field))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive.writestr("more", b"")  # so that the table is written anew
    assert peak(tmp_path) < 1e7
