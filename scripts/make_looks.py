"""Paint the thumbnails of the page: what each preset and each style by name makes of one pair.

`make_looks.py` paints the built-in pair by every preset whose network is here, as a draft, and the
built-in photograph by every style of `masters.jnst`, and writes `look-NAME.jpg` and
`style-NAME.jpg` into the page's folder. Names restrict it to some. It takes about ten minutes on
one core.
"""

import argparse
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import PIL.Image

import jnst
from jnst.pictures import files, resizing, samples
from jnst.transfer.presets import PRESETS, preset
from jnst.weights import store, trained
from jnst.weights.onepass import located

PAGE = Path(__file__).resolve().parents[1] / "jnst" / "web" / "page"
MASTERS = "masters.jnst"
SIZE = 144  # long side in pixels
MOST_BYTES = 8_000  # of a thumbnail


def thumbnails() -> Iterator[tuple[str, dict]]:
    """Yield the file's name of each thumbnail, and how it is painted."""
    for name in PRESETS:
        if store.find(preset(name).backbone) is not None:
            yield f"look-{name}.jpg", {"preset": name, "quality": "draft", "size": SIZE}
    for name in trained.read(located(Path(MASTERS))).design.own_styles:
        yield f"style-{name}.jpg", {"style_number": name, "size": SIZE}


def encoded(picture: np.ndarray) -> bytes:
    """Return a picture as the best JPEG that is small enough."""
    levels = PIL.Image.fromarray((picture * 255).round().astype(np.uint8))
    for quality in range(90, 30, -5):
        stream = io.BytesIO()
        levels.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
        if stream.tell() <= MOST_BYTES:
            break
    return stream.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and write the thumbnails."""
    parser = argparse.ArgumentParser(description="Paint the thumbnails of the page.")
    parser.add_argument("names", nargs="*", help="of files; by default all")
    parser.add_argument("--out", type=Path, default=PAGE, metavar="FOLDER")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, how in thumbnails():
        if options.names and name not in options.names:
            continue
        style = MASTERS if "style_number" in how else samples.STYLE
        result = jnst.stylize(samples.content(), style, **how)
        (options.out / name).write_bytes(encoded(np.asarray(result)))
        print(options.out / name, flush=True)
    painting = resizing.fit(files.read(samples.STYLE), SIZE)[0]
    (options.out / "style-sample.jpg").write_bytes(encoded(painting))


if __name__ == "__main__":
    main()
