"""What came of a command, as JSON for another program: one object a line, if not indented."""

import json
import math
import os
from collections.abc import Mapping
from typing import Any


def tell(found: Mapping[str, Any], *, indent: int | None = None) -> None:
    """Print an object. Numbers that are none, or infinite, which JSON has not, are null."""
    print(json.dumps(_plain(found), indent=indent), flush=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item"):  # of NumPy's
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
