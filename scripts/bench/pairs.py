"""Our default beside two published systems on eight pairs, on one contact sheet.

    python scripts/bench/pairs.py DATA --out OUT [--pairs 1 2] [--systems crowson]

The data folder has `content/`, `style/` and `portraits/`. Each picture is kept in OUT with the
seconds it took, and not painted again: the sheet can grow over several runs. Seconds are those of
the processor, all threads together: on a machine with nothing else to do a run takes about that
divided by its cores.
"""

import argparse
import collections
import dataclasses
import time
from pathlib import Path

from jnst.display.sheet import contact_sheet
from jnst.pictures import files
from jnst.runs.record import Inputs, record
from jnst.system import disk
from jnst.transfer.pictures import finish, read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

PAIRS = (
    ("content/tubingen.jpg", "style/starry_night.jpg"),
    ("content/portrait_grace_hopper.bmp", "style/woman-with-hat-matisse.jpg"),
    ("content/golden_gate.jpg", "style/wave.jpg"),
    ("content/chicago.jpg", "style/composition_vii.jpg"),
    ("content/sailboat.jpg", "style/shipwreck.jpg"),
    ("content/cornell.jpg", "style/udnie.jpg"),
    ("portraits/1_photo.jpg", "portraits/1_painting.jpg"),
    ("portraits/2_photo.jpg", "portraits/2_painting.jpg"),
)
SYSTEMS = ("default", "neural-style-pt", "crowson")


def main() -> None:
    """Paint what is missing of the chosen pairs, and write the sheet of all there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--pairs", type=int, nargs="+", default=range(1, len(PAIRS) + 1))
    parser.add_argument("--systems", nargs="+", default=SYSTEMS)
    parser.add_argument("--steps", type=int, nargs="+", help="instead of the system's own")
    options = parser.parse_args()
    folder = disk.make_folder(options.out)
    for number in options.pairs:
        names = PAIRS[number - 1]
        inputs = Inputs(options.data / names[0], (options.data / names[1],))
        for system in options.systems:
            settings = dataclasses.replace(preset(system), size=options.size)
            if options.steps:
                settings = dataclasses.replace(settings, steps=tuple(options.steps))
            if not (folder / f"{number}-{system}.png").exists():
                paint_one(inputs, settings, folder / f"{number}-{system}.png")
            write_sheet(folder)


def paint_one(inputs: Inputs, settings: Settings, path: Path) -> None:
    """Write the picture, and beside it how many evaluations and seconds it took."""
    started = time.process_time()
    assert inputs.content is not None
    pictures = read(inputs.content, inputs.styles, settings)
    (last,) = collections.deque(paint(pictures, settings), maxlen=1)
    seconds = time.process_time() - started
    disk.write_text(path.with_suffix(".txt"), f"{last.step} evaluations\n{seconds:.0f} CPU s\n")
    files.write(path, finish(pictures, settings, last.best), settings=record(settings, inputs))
    print(f"{path.name}: {last.step} evaluations, {seconds:.0f} CPU s", flush=True)


def write_sheet(folder: Path) -> None:
    """Lay out the pictures in `folder`: a row a pair, a column a system."""
    rows = []
    for number in range(1, len(PAIRS) + 1):
        row = []
        for system in SYSTEMS:
            path = folder / f"{number}-{system}.png"
            took = path.with_suffix(".txt").read_text() if path.exists() else "not yet painted"
            row.append((f"{system}\n{took}", files.read(path) if path.exists() else None))
        rows.append(row)
    files.write(folder / "sheet.png", contact_sheet(rows))


if __name__ == "__main__":
    main()
