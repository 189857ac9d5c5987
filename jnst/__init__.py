"""Neural style transfer in JAX, every gradient derived.

`jnst.stylize(content, style, **settings)` paints one picture in the manner of another, and returns
a `Result`; `jnst.stylize_video` paints films. Everything else is in the submodules, see the README.
"""

import importlib
from typing import TYPE_CHECKING, Any

from jnst.version import __version__

if TYPE_CHECKING:
    from jnst.errors import InputError
    from jnst.pictures.files import read, write
    from jnst.runs.result import Result
    from jnst.runs.stylize import stylize
    from jnst.transfer.settings import Settings
    from jnst.video.stylize import VideoResult, stylize_video

__all__ = [
    "InputError",
    "Result",
    "Settings",
    "VideoResult",
    "__version__",
    "read",
    "stylize",
    "stylize_video",
    "write",
]

_HOMES = {
    "InputError": "jnst.errors",
    "Result": "jnst.runs.result",
    "Settings": "jnst.transfer.settings",
    "VideoResult": "jnst.video.stylize",
    "read": "jnst.pictures.files",
    "stylize": "jnst.runs.stylize",
    "stylize_video": "jnst.video.stylize",
    "write": "jnst.pictures.files",
}


def __getattr__(name: str) -> Any:
    # Not before they are asked for: JAX takes a second, in which the command line must be able to
    # catch Ctrl-C and too little memory.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
