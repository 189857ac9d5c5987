"""Neural style transfer in JAX, every gradient derived.

`jnst.stylize(content, style, **settings)` paints one picture in the manner of another, and returns
a `Result`; `jnst.stylize_video` paints films, `jnst.train` trains networks that paint in one pass.
Everything else is in the submodules, see the README.
"""

import importlib
from typing import TYPE_CHECKING, Any

from jnst.version import __version__

if TYPE_CHECKING:
    from jnst.errors import InputError
    from jnst.pictures.files import read, write
    from jnst.runs.result import Result
    from jnst.runs.stylize import stylize
    from jnst.training.call import TrainingResult, train
    from jnst.transfer.settings import Settings
    from jnst.video.stylize import VideoResult, stylize_video

__all__ = [
    "InputError",
    "Result",
    "Settings",
    "TrainingResult",
    "VideoResult",
    "__version__",
    "read",
    "stylize",
    "stylize_video",
    "train",
    "write",
]

_HOMES = {
    "InputError": "jnst.errors",
    "Result": "jnst.runs.result",
    "Settings": "jnst.transfer.settings",
    "TrainingResult": "jnst.training.call",
    "VideoResult": "jnst.video.stylize",
    "read": "jnst.pictures.files",
    "stylize": "jnst.runs.stylize",
    "stylize_video": "jnst.video.stylize",
    "train": "jnst.training.call",
    "write": "jnst.pictures.files",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    # Not before they are asked for: JAX takes a second, in which the command line must be able to
    # catch Ctrl-C and too little memory.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
