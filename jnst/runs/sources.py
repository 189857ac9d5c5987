"""The files that a run reads: they are not written over."""

import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from jnst.errors import InputError


def check_no_source(outputs: Iterable[Path], sources: Iterable[Path]) -> None:
    """Raise an `InputError` if one of the outputs is a file that the run reads."""
    sources = [path for path in sources if os.path.exists(path)]
    for path, source in itertools.product(outputs, sources):
        if os.path.exists(path) and path.samefile(source):
            raise InputError(f"the output {path} is one of the pictures; choose another name")
