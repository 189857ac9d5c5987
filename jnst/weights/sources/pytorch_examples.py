"""The archive of the four networks that torch's examples come with, each for one style."""

import zipfile
from pathlib import Path

from jnst.errors import InputError
from jnst.weights.formats import torchfile
from jnst.weights.published import ONE_PASS

FILES = ONE_PASS["johnson"].makes
"""The names of their files in it."""
_LARGEST = 2**24  # bytes of a file; it has 6.7 MB
ENTRY = {
    "authors": "the contributors to pytorch/examples, fast_neural_style",
    "licence": "BSD-3-Clause",
    "notice": "Taken out of the archive, nothing changed.",
}
"""What the manifest says of each."""


def read(archive: Path) -> dict[str, bytes]:
    """Return the bytes of each file by its name; raise `InputError` where one cannot be read."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = {Path(name).name: name for name in opened.namelist()}
            return {file: torchfile.read_entry(opened, names[file], _LARGEST) for file in FILES}
    except torchfile.FAILURES as error:
        names, detail = (Path(file).stem for file in FILES), " ".join(str(error).split())
        raise InputError(f"cannot read {', '.join(names)} in {archive}: {detail}") from None
