"""What became of the pictures of a batch: its lines, its table, its summary."""

import csv
import os
from pathlib import Path

import pytest

from jnst.batch.jobs import Job
from jnst.batch.outcomes import HEADING, Outcome, OutcomeTable, read_table, report, summarize
from jnst.batch.styles import Style
from jnst.errors import InputError
from jnst.pictures import files
from jnst.system import disk

STYLE = Style((Path("style.png"),))


def job(name):
    return Job(Path(f"photos/{name}.png"), STYLE, Path(f"out/{name}-style.png"))


PAINTED = Outcome(job("a"), "painted", "anew: it was empty", 1.25, 0.1 + 0.2)
SKIPPED = Outcome(job("b"), "skipped")
FAILED = Outcome(job("[c]"), "failed", "cannot read it", 0.5)


def rows(folder):
    with open(folder / "batch.csv", encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_each_picture_has_a_line_on_the_error_stream(capsys):
    for number, outcome in enumerate((PAINTED, SKIPPED, FAILED), 1):
        report(outcome, number, 3, quiet=False)
    assert capsys.readouterr() == (
        "",
        "1/3 out/a-style.png painted in 1.2 s, anew: it was empty\n"
        "2/3 out/b-style.png skipped\n"
        "jnst: 3/3 out/[c]-style.png failed: cannot read it\n",
    )


def test_quiet_says_only_what_failed(capsys):
    for outcome in (PAINTED, SKIPPED, FAILED):
        report(outcome, 1, 3, quiet=True)
    assert capsys.readouterr().err == "jnst: 1/3 out/[c]-style.png failed: cannot read it\n"


def write_table(outcomes, folder, before):
    table = OutcomeTable(folder, before)
    for one in outcomes:
        table.add(one)
    table.finish()


def test_the_table_has_every_digit_and_keeps_what_was_measured_before(tmp_path):
    write_table([PAINTED, FAILED], tmp_path, {})
    first = [
        ["photos/a.png", "style.png", "out/a-style.png", "painted", PAINTED.reason, "1.250"],
        ["photos/[c].png", "style.png", "out/[c]-style.png", "failed", FAILED.reason, "0.500"],
    ]
    assert rows(tmp_path) == [HEADING, [*first[0], repr(0.1 + 0.2)], [*first[1], ""]]
    before = read_table(tmp_path / "batch.csv")
    assert list(before) == ["out/a-style.png", "out/[c]-style.png"]
    write_table([Outcome(PAINTED.job, "skipped"), SKIPPED], tmp_path, before)
    _, again, waiting, new = rows(tmp_path)
    assert again == [*first[0][:3], "skipped", "", "1.250", repr(0.1 + 0.2)]
    assert waiting == [*first[1], ""], "what is still to do keeps its row"
    assert new[3:] == ["skipped", "", "0.000", ""]


def test_a_table_grows_by_lines_and_is_synced_now_and_then(tmp_path, monkeypatch):
    """It was written anew for each picture: a day for a hundred thousand."""
    whole, synced = [], []
    write, sync = disk.write_table, os.fsync
    monkeypatch.setattr(disk, "write_table", lambda *given: (whole.append(1), write(*given)))
    monkeypatch.setattr(os, "fsync", lambda number: (synced.append(1), sync(number)))
    table = OutcomeTable(tmp_path, {})
    for number in range(500):
        table.add(Outcome(job(f"{number % 400}"), "failed", "why"))
        if number % 100 == 99:  # killed here, it could be read
            found = read_table(tmp_path / "batch.csv")
            assert len(found) == min(400, number + 1)
            assert list(found)[-1] == f"out/{min(399, number)}-style.png"
    assert len(rows(tmp_path)) == 501
    table.finish()
    assert len(rows(tmp_path)) == 401, "in the end a picture has one line"
    assert len(whole) == 2
    assert len(synced) < 10


def test_what_a_killed_batch_cut_off_swallows_nothing(tmp_path):
    heading = ",".join(HEADING)
    (tmp_path / "batch.csv").write_text(f'{heading}\na,b,c,painted,,1,2\na,b,"d')
    table = OutcomeTable(tmp_path, read_table(tmp_path / "batch.csv"))
    table.add(PAINTED)
    table.add(FAILED)
    outputs = ["c", "out/a-style.png", "out/[c]-style.png"]
    assert list(read_table(tmp_path / "batch.csv")) == outputs


@pytest.mark.parametrize("name", ["=1+2", "+a", "-a", "@a", "'=a"])
def test_a_name_that_a_spreadsheet_would_compute_is_quoted_and_known_again(name, tmp_path):
    odd = Outcome(Job(Path(f"{name}.png"), STYLE, Path(f"{name}-s.png")), "painted", "", 1.5)
    write_table([odd], tmp_path, {})
    assert rows(tmp_path)[1][:3] == [f"'{name}.png", "style.png", f"'{name}-s.png"]
    before = read_table(tmp_path / "batch.csv")
    assert list(before) == [f"{name}-s.png"]
    write_table([odd._replace(status="skipped", seconds=0.0)], tmp_path, before)
    assert rows(tmp_path)[1][:4] == [f"'{name}.png", "style.png", f"'{name}-s.png", "skipped"]
    assert rows(tmp_path)[1][5] == "1.500"


def test_without_a_table_there_is_nothing_before(tmp_path):
    assert read_table(tmp_path / "batch.csv") == {}


@pytest.mark.parametrize("text", ["name,mark\nAnn,1\n", ""])
def test_a_table_of_somebody_else_is_not_replaced(text, tmp_path):
    (tmp_path / "batch.csv").write_text(text)
    with pytest.raises(InputError, match=r"cannot write .*: a table is there that is not of a b"):
        read_table(tmp_path / "batch.csv")
    assert (tmp_path / "batch.csv").read_text() == text


def test_a_row_that_was_cut_is_left_out(tmp_path):
    heading = ",".join(HEADING)
    (tmp_path / "batch.csv").write_text(f"{heading}\na,b,c,painted,,1,2\na,b,d,pai\n")
    assert list(read_table(tmp_path / "batch.csv")) == ["c"]


def test_a_summary_names_the_slowest_and_twenty_failures_and_counts_the_rest(capsys):
    failed = [Outcome(job(f"bad{i:02}"), "failed", "why") for i in range(25)]
    painted = [Outcome(job(f"good{i}"), "painted", "", seconds) for i, seconds in enumerate("2413")]
    painted = [one._replace(seconds=10 * float(one.seconds)) for one in painted]
    summarize([*failed, *painted, SKIPPED], Path("out"), 61.4)
    told = capsys.readouterr().out
    assert told.endswith("4 painted, 1 skipped, 25 failed in 61 s; batch.csv in out has each\n")
    assert "photos/bad19.png" in told
    assert "photos/bad20.png" not in told
    assert "and 5 more" in told
    slowest = [word for word in told.split() if word.startswith("photos/good")]
    assert slowest == ["photos/good1.png", "photos/good3.png", "photos/good0.png"]


def test_quick_pictures_are_not_called_slow_and_each_failure_names_its_style(capsys):
    broken = Outcome(job("c"), "failed", f"{files.unread('photos/c.png')}: why")
    broken = broken._replace(unreadable=Path("photos/c.png"))
    summarize([PAINTED, broken, broken._replace(repeated=True), FAILED], Path("out"), 2.0)
    told = capsys.readouterr().out
    assert "slowest" not in told
    assert told.count("photos/c.png") == 1
    assert [line.split()[:2] for line in told.splitlines() if "why" in line] == [
        ["photos/c.png", "0.0"]
    ]
    assert "cannot be read: why" in told
    assert "photos/[c].png   style.png" in told


def test_a_summary_of_what_was_all_skipped_is_one_line_and_brackets_are_text(capsys):
    summarize([SKIPPED], Path("out"), 0.2)
    assert capsys.readouterr().out == (
        "0 painted, 1 skipped, 0 failed in 0 s; batch.csv in out has each\n"
    )
    summarize([FAILED], Path("out"), 0.2)
    assert "photos/[c].png" in capsys.readouterr().out
