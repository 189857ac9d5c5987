"""Pictures are judged by who does not know whose they are."""

import csv
import json
import random

import numpy as np
import pytest
from helpers import load_script

from jnst.pictures import files

METHODS = {"ours": 0.2, "crowson": 0.5, "neural-style-pt": 0.8}


@pytest.fixture(scope="module")
def blind():
    return load_script("bench/blind.py")


@pytest.fixture
def made(blind, tmp_path):
    """Make the sheets of three pairs, each method's pictures of one grey; a fourth lacks one."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for pair in "123":
        for method, grey in METHODS.items():
            image = np.full((1, 60, 200, 3), grey, np.float32)
            files.write(pictures / f"{pair}-{method}.png", image)
    files.write(pictures / "4-ours.png", np.zeros((1, 60, 200, 3), np.float32))
    out, key = tmp_path / "out", tmp_path / "key.json"
    blind.write_sheets(pictures, out, key, random.Random(0))
    return out, json.loads(key.read_text())


def answered(out, key, best):
    """Fill in the table: on each sheet the letter of what `best(number)` names; None for none."""
    with (out / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        method = best(row["sheet"])
        letter = "ABC"[key[row["sheet"]]["methods"].index(method)] if method else ""
        row.update(dict.fromkeys(list(row)[1:], letter))
    return rows


def test_each_whole_pair_is_shown_twice_with_nobody_at_the_same_place(made):
    _, key = made
    orders = {}
    for shown in key.values():
        orders.setdefault(shown["pair"], []).append(shown["methods"])
    assert sorted(orders) == ["1", "2", "3"]
    for one, other in orders.values():
        assert set(one) == set(other) == set(METHODS)
        assert not any(a == b for a, b in zip(one, other, strict=True))


def test_the_key_is_true_and_not_in_the_judges_folder(made):
    out, key = made
    assert sorted(p.name for p in out.iterdir()) == [
        *(f"{n:02}.png" for n in range(1, 7)),
        "answers.csv",
    ]
    for number, shown in key.items():
        sheet = files.read(out / f"{number}.png")
        greys = [sheet[0, 30, 8 + 208 * i + 100, 0] for i in range(3)]
        np.testing.assert_allclose(greys, [METHODS[m] for m in shown["methods"]], atol=0.01)


def test_the_shares_of_the_best_and_who_was_chosen_twice(blind, made):
    out, key = made
    found = blind.count(answered(out, key, lambda number: "ours"), key)
    assert found["overall"] == {"share": {"ours": 1.0}, "same twice": 3, "pairs": 3}
    first = {shown["pair"]: number for number, shown in reversed(key.items())}

    def once(number):
        return "ours" if number in first.values() else None

    found = blind.count(answered(out, key, once), key)["strokes"]
    assert found["share"]["ours"] == pytest.approx(1 / 2 + 1 / 6)
    assert found["share"]["crowson"] == pytest.approx(1 / 6)
    assert found["same twice"] == 0
    assert "| strokes | 17% | 17% | 67% | 0 of 3 |" in blind.table({"strokes": found})


def test_a_letter_that_is_nobodys_is_said(blind, made):
    out, key = made
    rows = answered(out, key, lambda number: "ours")
    rows[2]["content"] = "D"
    with pytest.raises(SystemExit, match="sheet 03, content: 'D' is none of A, B, C"):
        blind.count(rows, key)
    with pytest.raises(SystemExit, match="the key has no sheet '99'"):
        blind.count([rows[0] | {"sheet": "99"}], key)


def test_one_method_is_nothing_to_compare(blind, tmp_path):
    files.write(tmp_path / "1-ours.png", np.zeros((1, 8, 8, 3), np.float32))
    with pytest.raises(SystemExit, match="has no pair with a picture by each of two methods"):
        blind.write_sheets(tmp_path, tmp_path / "out", tmp_path / "key", random.Random(0))


def test_a_key_beside_the_sheets_is_refused(blind, tmp_path, monkeypatch, capsys):
    words = ["blind.py", "sheets", str(tmp_path), "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", [*words, "--key", str(tmp_path / "key.json")])
    with pytest.raises(SystemExit):
        blind.main()
    assert "the key must lie outside" in capsys.readouterr().err
