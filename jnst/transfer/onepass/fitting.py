"""The memory that one pass takes, and the tiles that make it fit."""

from jnst.engines import memory
from jnst.errors import InputError
from jnst.feedforward import segments
from jnst.transfer.onepass.checks import called
from jnst.transfer.onepass.network import Loaded
from jnst.transfer.settings import Settings

HELD = 4
"""How many of the largest maps a pass holds at a time: what a row reads and makes, the first with
its border, and room for XLA to lay it out anew."""
PICTURES = 4
"""Pictures beside what a network computes: the photograph as it was read and as it is painted, the
result, and that on its way to the file."""
SIZES = (1024, 768, 512, 384, 256)
"""Sides of windows to choose from."""


def tile(loaded: Loaded, settings: Settings, height: int, width: int) -> int | None:
    """Return the side of the tiles that a network paints a picture in; None for the whole.

    With `settings.tile` "auto" it is cut only if a pass does not fit into the memory that is free.

    Raises:
        InputError: if it does not fit, and for tiles of a network that needs whole maps.

    """
    cut = segments.cut(loaded.network.table, loaded.network.known)
    name = called(settings, network=loaded.file)
    if isinstance(settings.tile, int):
        if settings.tile >= max(height, width):
            return None
        if not cut.possible:
            raise InputError(f"{name} cannot paint in tiles; leave out tile")
        return settings.tile
    pixels = height * width
    taken = 4 * HELD * cut.largest * pixels
    free = memory.USABLE * memory.available() if taken > memory.SMALL else taken
    if taken <= free:
        return None
    share = free / taken
    if settings.tile == "auto" and settings.engine == "jax" and cut.possible:
        kept = 4 * (cut.held + 3 * PICTURES) * pixels
        for size in SIZES:
            window = 4 * HELD * cut.largest * size**2
            if kept + window <= free:
                return size
        taken, share = min(taken, kept + window), max(share, (free - window) / kept)
    raise InputError(
        f"at {width} x {height} pixels {name} needs {taken / 1e9:.1f} GB, and {free / 1e9:.1f} "
        f"can be used: take size {int(max(height, width) * share**0.5)}"
    )
