"""Measure a network's mean activations over a folder of pictures, for `weights.load` to divide by.

`python -m jnst.weights.measure_means FOLDER` does it from the command line. What is measured, and
what for: `jnst.weights.normalization`.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from jnst.backbones import vgg
from jnst.errors import InputError, printable
from jnst.pictures import files, resizing
from jnst.weights import normalization, store


def normalize(folder: Path, *, backbone: str = "vgg19", long_side: int = 384) -> Path:
    """Measure over every file in `folder`, in order of name; return the path of the means.

    A picture whose long side is above `long_side` pixels is scaled down to it. The manifest
    records how many pictures there were, and one SHA-256 over all their bytes. Raises `InputError`
    where a file is no picture, or there is none, or no such weights.
    """
    params = store.load(backbone)
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    sha256 = hashlib.sha256()
    for path in paths:
        sha256.update(path.read_bytes())
    pictures = (resizing.fit(files.read(path), long_side) for path in paths)
    means = normalization.means(params, pictures, name=backbone)
    entry = {
        "notice": "Mean activations behind the rectifiers: max pooling, positions weighed alike.",
        "source": f"{len(paths)} pictures, long side at most {long_side} pixels",
        "source_sha256": sha256.hexdigest(),
    }
    return store.save_means(backbone, means, entry)


def main(arguments: Sequence[str]) -> int:
    """Measure over the folder that the command line names; return the exit status, 0 or 2."""
    parser = argparse.ArgumentParser(description="Measure the means that normalise a network.")
    parser.add_argument("folder", type=Path, help="photographs, and nothing else")
    parser.add_argument("--backbone", choices=tuple(vgg.LAYERS), default="vgg19")
    parser.add_argument("--long-side", type=int, default=384, help="pixels; default: 384")
    options = parser.parse_args(arguments)
    try:
        written = normalize(options.folder, backbone=options.backbone, long_side=options.long_side)
    except (InputError, OSError) as error:
        print(f"error: {printable(error)}", file=sys.stderr)
        return 2
    print(f"wrote {written}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
