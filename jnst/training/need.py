"""Packages that training needs beside the others, asked for where they are first used."""

import contextlib
from collections.abc import Iterator

from jnst.errors import InputError


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """Raise an `InputError` that says how to install a package which an import inside misses."""
    try:
        yield
    except ImportError as error:
        raise InputError(
            f"training needs the package {error.name}: pip install 'jnst[train]'"
        ) from None
