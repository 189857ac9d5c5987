"""Four ways to paint a film: how steady each is, and the seconds a frame that it takes.

    python scripts/bench/video.py CLIP PAINTING --out OUT [--size 320] [--ways alone held]

CLIP is a film, or a folder of numbered frames. The ways: `alone` and `held` by the optimizer,
`instant-alone` and `instant-held` in one pass. The frames of each are kept in OUT and not painted
again. Seconds are the median of all frames after the first, which compiles; `flow` is the share of
them that goes into motion and how far it is to be trusted.
"""

import argparse
import contextlib
import dataclasses
import json
import math
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from jnst.display.sheet import contact_sheet
from jnst.pictures import files
from jnst.system import disk
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings
from jnst.video import recipe
from jnst.video.compare import steadiness
from jnst.video.frames import Chosen, chosen, open_clip
from jnst.video.settings import Part, VideoSettings
from jnst.video.stills import Numbered
from jnst.video.store import Store
from jnst.xla import keep_compiled_programs

ONE_PASS = {"method": "ghiasi"}
WAYS = {
    "alone": ({}, VideoSettings(steady=False)),
    "held": ({}, VideoSettings()),
    "instant-alone": (ONE_PASS, VideoSettings(steady=False)),
    "instant-held": (ONE_PASS, VideoSettings()),
}


def main() -> None:
    """Paint what is missing, and print the table of all ways."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("painting", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--show", type=int, nargs="+", default=[1], help="frames for the sheet")
    options = parser.parse_args()
    keep_compiled_programs()
    print("| way | warping error | by alone | flicker | s a frame | flow |\n|-|-|-|-|-|-|")
    rows, first = [], {}
    for way in options.ways:
        more, video = WAYS[way]
        settings = dataclasses.replace(Settings(size=options.size), **more)
        frames = chosen(open_clip(options.clip), Part())
        folder = disk.make_folder(options.out / way)
        if not (folder / "took.json").exists():
            took = paint(frames, options.painting, settings, video, folder)
            disk.write_text(folder / "took.json", json.dumps(took))
        took = json.loads((folder / "took.json").read_text())
        paths = sorted(folder.glob("*.png"))
        found = steadiness(frames, Numbered(paths, frames.times, frames.duration))
        warping, flicker = (statistics.mean([x for x in v if x == x] or [math.nan]) for v in found)
        base = first.get(more.get("method"), math.nan)
        if not video.steady:
            base = first[more.get("method")] = warping
        print(
            f"| {way} | {warping:.2e} | {warping / base:.2f} | {flicker:.2e} | "
            f"{took['frame']:.2f} | {took['flow'] / took['frame']:.0%} |",
            flush=True,
        )
        rows.append([(f"{way} {i}", files.read(paths[i - 1])) for i in options.show])
        files.write(options.out / "sheet.png", contact_sheet(rows))


def paint(
    frames: Chosen, painting: Path, settings: Settings, video: VideoSettings, folder: Path
) -> dict[str, float]:
    """Paint all frames into a folder; return the median seconds of a frame, and of its flow."""
    film = recipe.open_film(frames, read(frames.frame(0), [painting], settings), settings, video)
    store, whole, flows = Store(folder, {}), [], []
    began = time.perf_counter()
    with timed(flows):
        for moment in recipe.paint_film(film, store):
            if moment.share:
                continue
            now = time.perf_counter()
            whole.append(now - began)
            number = moment.done - 1
            files.write(folder / f"{number:06}.png", store.get(number, 0))
            began = time.perf_counter()
    store.remove()
    return {"frame": statistics.median(whole[1:]), "flow": statistics.median(flows[1:])}


@contextlib.contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """Note how long the recipe takes for the motion of each frame."""
    before = recipe.held_by

    def held_by(*arguments, **options):
        began = time.perf_counter()
        found = before(*arguments, **options)
        seconds.append(time.perf_counter() - began)
        return found

    recipe.held_by = held_by
    try:
        yield
    finally:
        recipe.held_by = before


if __name__ == "__main__":
    main()
