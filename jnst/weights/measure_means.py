"""Measure a network's mean activations over a folder of pictures, for `weights.load` to divide by.

`jnst weights measure FOLDER` does it from the command line. `jnst.weights.normalization` says what
is measured, and what for.
"""

import hashlib
from pathlib import Path

from jnst.backbones import vgg
from jnst.errors import check_at_least, check_choice
from jnst.pictures import files, resizing
from jnst.system import disk
from jnst.weights import normalization, store


def measure(folder: Path, *, backbone: str = "vgg19", long_side: int = 384) -> Path:
    """Measure over every file in `folder`, in order of name; return the path of the means.

    A picture whose long side is above `long_side` pixels is scaled down to it. The manifest
    records how many pictures there were, and one SHA-256 over all their bytes. Raises `InputError`
    where a file is no picture, or there is none, or no such weights or network.
    """
    check_choice("network", backbone, vgg.LAYERS)
    check_at_least("the long side", long_side, 1)
    sha256 = hashlib.sha256()
    with disk.guarded(f"cannot read {str(folder)!r}"):
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        for path in paths:
            sha256.update(path.read_bytes())
    params = store.load(backbone)
    pictures = (resizing.fit(files.read(path), long_side) for path in paths)
    means = normalization.means(params, pictures, name=backbone)
    entry = {
        "notice": "Mean activations behind the rectifiers: max pooling, positions weighed alike.",
        "source": f"{len(paths)} pictures, long side at most {long_side} pixels",
        "source_sha256": sha256.hexdigest(),
    }
    return store.save_means(backbone, means, entry)
