"""Pictures of the same pairs by several methods, to be judged by who does not know which is whose.

    python scripts/bench/blind.py sheets PICTURES --out OUT --key KEY.json [--seed 0]
    python scripts/bench/blind.py count OUT/answers.csv --key KEY.json

PICTURES has PAIR-METHOD.png, as `pairs.py` leaves them; the first hyphen divides. For each pair
there are two sheets in other orders, numbered at random over all: the pictures whole, and two crops
of each at three times the size, under the letters A, B, ... Whoever judges gets OUT alone, and
fills in answers.csv: for each question the letter of the best on a sheet, or nothing for a draw.
`count` says how often each method was the best, and how often both sheets had the same answer.
"""

import argparse
import csv
import json
import random
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jnst.arrays import AnyPicture
from jnst.display.sheet import contact_sheet
from jnst.pictures import files
from jnst.system import disk

QUESTIONS = ("strokes", "content", "colours", "cleanliness", "overall")
ZOOM = 3
CROP = 1 / 3
"""The sides of a crop, by those of the picture."""
PLACES = ((0.15, 0.5), (0.5, 0.15))
"""The corners of the crops: from the left and from the top, by the picture's sides."""


def main() -> None:
    """Make the sheets, or count the answers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    sheets = commands.add_parser("sheets")
    sheets.add_argument("pictures", type=Path)
    sheets.add_argument("--out", type=Path, required=True)
    sheets.add_argument("--seed", type=int, default=0)
    counting = commands.add_parser("count")
    counting.add_argument("answers", type=Path)
    for command in (sheets, counting):
        command.add_argument("--key", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "count":
        key = json.loads(options.key.read_text())
        with options.answers.open(newline="") as file:
            print(table(count(list(csv.DictReader(file)), key)))
        return
    if options.key.resolve().is_relative_to(options.out.resolve()):
        parser.error("the key must lie outside the folder that the judges get")
    write_sheets(options.pictures, options.out, options.key, random.Random(options.seed))


def write_sheets(pictures: Path, out: Path, key: Path, rng: random.Random) -> None:
    """Write numbered sheets and an empty table of answers to `out`, and who is who to `key`."""
    by_pair: dict[str, dict[str, Path]] = {}
    for path in sorted(pictures.glob("*-*.png")):
        pair, method = path.stem.split("-", 1)
        by_pair.setdefault(pair, {})[method] = path
    methods = set().union(*by_pair.values())
    by_pair = {pair: found for pair, found in by_pair.items() if found.keys() == methods}
    if len(methods) < 2 or not by_pair:
        raise SystemExit(f"{pictures} has no pair with a picture by each of two methods")
    shown = []
    for pair in by_pair:
        order = rng.sample(sorted(methods), len(methods))
        # Turned by one, so that nobody stands at the same place twice.
        shown += [(pair, order), (pair, order[1:] + order[:1])]
    rng.shuffle(shown)
    folder = disk.make_folder(out)
    known = {}
    for number, (pair, order) in enumerate(shown, 1):
        known[f"{number:02}"] = {"pair": pair, "methods": order}
        files.write(folder / f"{number:02}.png", sheet([by_pair[pair][name] for name in order]))
    rows = "".join(f"{number}{',' * len(QUESTIONS)}\n" for number in known)
    disk.write_text(folder / "answers.csv", ",".join(("sheet", *QUESTIONS)) + "\n" + rows)
    disk.write_text(key, json.dumps(known, indent=1) + "\n")


def sheet(paths: Sequence[Path]) -> AnyPicture:
    """Lay out pictures in one row, and each crop of all in another."""
    pictures = [files.read(path) for path in paths]
    rows = [pictures, *([crop(picture, *place) for picture in pictures] for place in PLACES)]
    return contact_sheet(
        [list(zip(string.ascii_uppercase, row, strict=False)) for row in rows],
    )


def crop(picture: AnyPicture, left: float, top: float) -> AnyPicture:
    """Cut out a part, and repeat its pixels: enlarged smoothly, lines would be hidden."""
    height, width = picture.shape[1:3]
    y, x = round(top * height), round(left * width)
    part = picture[:, y : y + round(CROP * height), x : x + round(CROP * width)]
    return np.asarray(part).repeat(ZOOM, axis=1).repeat(ZOOM, axis=2)


def count(answers: Sequence[Mapping[str, str]], key: Mapping[str, dict]) -> dict[str, dict]:
    """Count, for each question, how often each method was the best, and how often twice in a pair.

    An empty answer is a draw: half a point, of two methods, to each.
    """
    found = {}
    for question in QUESTIONS:
        points, chosen = Counter(), {}
        for answer in answers:
            number = answer["sheet"].zfill(2)
            if number not in key:
                raise SystemExit(f"the key has no sheet {answer['sheet']!r}")
            methods, letter = key[number]["methods"], (answer[question] or "").strip().upper()
            letters = string.ascii_uppercase[: len(methods)]
            if letter and letter not in letters:
                raise SystemExit(
                    f"sheet {number}, {question}: {letter!r} is none of {', '.join(letters)}"
                )
            best = [methods[letters.index(letter)]] if letter else methods
            points.update({method: 1 / len(best) for method in best})
            chosen.setdefault(key[number]["pair"], []).append(best)
        twice = [one == other for one, other in (s for s in chosen.values() if len(s) == 2)]
        found[question] = {
            "share": {m: points[m] / len(answers) for m in sorted(points)},
            "same twice": sum(twice),
            "pairs": len(twice),
        }
    return found


def table(found: Mapping[str, dict]) -> str:
    """Set out the counts as a table in Markdown."""
    methods = sorted({method for row in found.values() for method in row["share"]})
    lines = ["| | " + " | ".join(methods) + " | same twice |", "|-" * (len(methods) + 2) + "|"]
    for question, row in found.items():
        shares = " | ".join(f"{row['share'].get(method, 0):.0%}" for method in methods)
        lines.append(f"| {question} | {shares} | {row['same twice']} of {row['pairs']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
