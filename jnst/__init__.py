"""Neural style transfer in JAX, every gradient derived.

`jnst.stylize(content, style, **settings)` paints one picture in the manner of another; everything
else is in the submodules, see the README.
"""

from jnst.arrays import InputError
from jnst.files import read, write
from jnst.settings import Settings
from jnst.stylize import stylize
from jnst.version import __version__

__all__ = ["InputError", "Settings", "__version__", "read", "stylize", "write"]
