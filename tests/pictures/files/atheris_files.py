"""Fuzzing of the readers of pictures by atheris, where it is installed: led by coverage.

`PYTHONPATH=.:tests/support python tests/pictures/files/atheris_files.py CORPUS` fills the folder
CORPUS with seeds, and reads mutated ones until one raises anything but `InputError`, hangs or
crashes.
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["PIL", "tifffile", "jnst.pictures.files"]):
    import fuzz_files

os.environ["JNST_MAX_PIXELS"] = str(fuzz_files.LIMIT)
corpus = Path(sys.argv[1])
corpus.mkdir(exist_ok=True)
for name, seed in fuzz_files.seeds().items():
    (corpus / name).write_bytes(seed)
path = Path(tempfile.mkdtemp()) / "mutated"


def one(data):
    """Read one mutated file."""
    path.write_bytes(data)
    fuzz_files.attempt(path)


options = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", *sys.argv[2:]]
atheris.Setup([sys.argv[0], *options, str(corpus)], one)
atheris.Fuzz()
