"""What the pictures of a batch are painted like: paintings, trained networks, or both together."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from jnst.batch.folders import pictures_in
from jnst.errors import InputError
from jnst.transfer.onepass.network import describe
from jnst.transfer.onepass.sources import is_network


class Style(NamedTuple):
    """What a picture is painted like.

    The paths are of a painting, of a trained network, or of one beside the other. The numbers, as
    in `Settings.style_number`, are of a network's styles; without a path, of `multistyle`.
    """

    paths: tuple[Path, ...]
    numbers: tuple[int | str, ...] = ()


def styles_of(paths: Iterable[Path], *, numbers: tuple[int | str, ...] = ()) -> list[Style]:
    """Return the styles in files, and in folders of them: paintings and trained networks.

    A network that takes any painting paints like each painting among them, as it does where both
    are given for a single picture, and no other method paints like these. A network with styles of
    its own paints by the `numbers`.

    Raises `InputError` for a folder without pictures, and for a network without the painting that
    it needs.
    """
    found = [
        path
        for one in paths
        for path in (pictures_in(one, networks=True) if one.is_dir() else [one])
    ]
    networks = [path for path in found if is_network(path)]
    of_any = [path for path in networks if (one := describe(path)) and one.network.known]
    paintings = [path for path in found if path not in networks]
    if not of_any:
        return [Style((path,), numbers if path in networks else ()) for path in found]
    if not paintings:
        raise InputError(f"{of_any[0]} takes any painting; give one beside it, or a folder of them")
    beside = [Style((painting, network)) for network in of_any for painting in paintings]
    return beside + [Style((path,), numbers) for path in networks if path not in of_any]
