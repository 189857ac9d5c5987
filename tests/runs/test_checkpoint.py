"""A checkpoint on the disk: what was saved comes back, and what is damaged is refused in a line."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.runs.checkpoint import Facts
from jnst.transfer.recipe import Point
from jnst.transfer.stages import Stage

FACTS = Facts(
    made_with={"size": 40, "content": Path("cat.jpg"), "styles": (Path("waves.png"),)},
    pictures="1f",
    weights="2e",
    version="0.1",
    output="/pictures/out.png",
    depth=16,
    stages=[Stage(24, 20, 4, "adam"), Stage(40, 33, 6, "lbfgs", tile=32)],
    curves={1: {"total": 3.5, "style": 3.0}, 2: {"total": math.nan, "style": math.nan}},
)
POINT = Point(1, 9, np.full((1, 2, 3, 3), 0.5, np.float32), (5, 0, 1.0, np.arange(3.0)))


def test_what_was_saved_comes_back(tmp_path):
    checkpoint.save(tmp_path, POINT, FACTS)
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found.facts.made_with == {"size": 40, "content": "cat.jpg", "styles": ["waves.png"]}
    assert found.facts.stages == FACTS.stages
    assert [type(stage) for stage in found.facts.stages] == [Stage, Stage]
    assert found.facts.curves[1] == FACTS.curves[1]
    assert math.isnan(found.facts.curves[2]["total"])
    for name in ("pictures", "weights", "version", "output", "depth"):
        assert getattr(found.facts, name) == getattr(FACTS, name), name
    assert (found.point.stage, found.point.step) == (1, 9)
    np.testing.assert_array_equal(found.point.picture, POINT.picture)
    for one, other in zip(found.point.state, POINT.state, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_start_has_no_picture_and_no_state(tmp_path):
    checkpoint.save(tmp_path, checkpoint.START, FACTS)
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found.point == (0, 0, None, [])


def test_an_empty_folder_has_none(tmp_path):
    assert checkpoint.load(tmp_path) is None


MISSING = object()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("depth", "8", r"Expected `int`, got `str` - at `\$.depth`"),
        ("depth", 12, r"Invalid enum value 12 - at `\$.depth`"),
        ("made_with", [], r"Expected `object`, got `array` - at `\$.made_with`"),
        ("output", None, r"Expected `str`, got `null` - at `\$.output`"),
        ("stages", [[24, 20]], r"Expected `array` of length 4 to 5, got 2"),
        (
            "stages",
            [[24, 20, "4", "adam"]],
            r"Expected `int`, got `str` - at `\$.stages\[0\]\[2\]`",
        ),
        ("curves", {"one": {"total": 1}}, "Expected `int`, got `str`"),
        ("curves", {"1": {"total": "low"}}, "Expected `float`, got `str`"),
        ("curves", {"1": {"content": 1}}, "a step has no total loss"),
        ("curves", MISSING, "Object missing required field `curves`"),
        ("stage", 2, "there is no stage 2 in its run"),
        ("stage", -1, r"Expected `int` >= 0 - at `\$.stage`"),
        ("step", 1.5, r"Expected `int`, got `float` - at `\$.step`"),
        ("leaves", None, r"Expected `int`, got `null` - at `\$.leaves`"),
        ("leaves", 9, "state4"),
    ],
)
def test_wrong_types_are_one_line_that_names_them(name, value, says, tmp_path):
    checkpoint.save(tmp_path, POINT, FACTS)
    path = tmp_path / checkpoint.FILE
    with np.load(path) as found:
        arrays = dict(found)
    table = json.loads(bytes(arrays["facts"]))
    table[name] = value
    if value is MISSING:
        del table[name]
    arrays["facts"] = np.frombuffer(json.dumps(table).encode(), np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=says) as refusal:
        checkpoint.load(tmp_path)
    assert str(refusal.value).startswith(f"cannot read the checkpoint '{path}': ")
    assert "\n" not in str(refusal.value)


def test_facts_that_are_no_table_are_refused(tmp_path):
    np.savez(tmp_path / checkpoint.FILE, facts=np.frombuffer(b"[1]", np.uint8))
    with pytest.raises(InputError, match="Expected `object`, got `array`"):
        checkpoint.load(tmp_path)


def test_what_a_killed_run_left_half_written_is_removed(tmp_path):
    (tmp_path / ".jnst-checkpoint-0123456789abcdef.tmp").write_bytes(b"PK")
    (tmp_path / ".jnst-123.tmp").touch()  # of somebody else, who is at work
    with checkpoint.held(tmp_path):
        assert sorted(os.listdir(tmp_path)) == [".jnst-123.tmp", ".jnst-lock"]


def test_two_runs_cannot_share_a_folder(tmp_path):
    says = "cannot keep checkpoints in .*: another run keeps its own there"
    with (
        checkpoint.held(tmp_path),
        pytest.raises(InputError, match=says),
        checkpoint.held(tmp_path),
    ):
        pass
    with checkpoint.held(tmp_path):
        pass


def test_a_digest_changes_with_numbers_and_shapes():
    array = np.arange(6, dtype=np.float32)
    params = {"a": {"kernel": array}}
    same, other = {"a": {"kernel": array.copy()}}, {"a": {"kernel": np.where(array == 5, 6, array)}}
    assert checkpoint.digest(params) == checkpoint.digest(same)
    assert checkpoint.digest(params) != checkpoint.digest(other)
    assert checkpoint.digest(params) != checkpoint.digest({"a": {"kernel": array.reshape(2, 3)}})
