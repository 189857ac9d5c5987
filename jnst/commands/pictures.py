"""Pictures that a command is given by name: whether those that it needs are named, and there."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from jnst.errors import InputError
from jnst.pictures.suffixes import WRITTEN, check_depth
from jnst.runs.record import Inputs
from jnst.runs.sources import check_no_source
from jnst.system.disk import check_regular, check_writable, guarded
from jnst.transfer.checks import check_blend
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.onepass.sources import is_network
from jnst.transfer.settings import Settings


def check_named(
    command: str, inputs: Inputs, settings: Settings, *, like: Path | None = None
) -> None:
    """Raise an `InputError` where some pictures are named, and photograph or painting is not.

    The built-in pair is painted where nothing is named: else it would be painted by mistake, as
    where an option of several pictures took those that were meant for photograph and painting.
    What a picture that `like` names was made of is named by it. So for a `blend` that does not go
    with the paintings.
    """
    if like is not None or not inputs.paths():
        return
    example = f"jnst {command} photo.jpg painting.jpg"
    several = ("masks", "style_masks", "style_labels")
    took = next((name for name in several if getattr(inputs, name)), "")
    option = f"--{took.replace('_', '-')}"
    if inputs.content is None:
        raise InputError(
            f"{option} takes all pictures that follow it, and no photograph is named; name "
            f"photograph and paintings before it, as in: {example} {option} …"
            if took
            else f"no photograph is named, as in: {example}"
        )
    if not inputs.styles and settings.method not in WITHOUT_PAINTING:
        raise InputError(
            f"no painting is named, as in: {example}"
            + (f"; {option} takes all pictures that follow it" if took else "")
        )
    check_shares(inputs.styles, settings)


def check_shares(styles: Sequence[Path], settings: Settings) -> None:
    """Raise an `InputError` where `blend` has not one number for each of the paintings named.

    Of what a network has learnt it is the number of styles that counts, which its file has.
    """
    if styles and settings.method not in WITHOUT_PAINTING:
        check_blend(settings, len(styles))


def check_readable(path: str | Path) -> None:
    """Raise an `InputError` for a file that is not there, or cannot be read."""
    with guarded(f"cannot read {os.fspath(path)!r}"):
        check_regular(path)
        with open(path, "rb"):
            pass


def check_output(
    path: Path | None,
    *,
    sources: Iterable[Path] = (),
    suffixes: Iterable[str] = WRITTEN,
    depth: int = 8,
) -> None:
    """Raise an `InputError` for a name, if one is given, that cannot be that of the result.

    So where nothing can be written, or no values of so many bits, and for that of one of its
    `sources`.
    """
    if path is not None:
        check_no_source([path], sources)
        check_writable(path, suffixes)
        check_depth(path, depth)


def check_there(paths: Iterable[Path], *, like: Path | None = None) -> None:
    """Raise an `InputError` for the first file that cannot be read.

    Networks are left to those who look for them among the weights, too. What a picture that `like`
    names was made of may have gone.
    """
    for path in paths:
        if is_network(path):
            continue
        # Path.exists raises for a name that no disk would take.
        if like is not None and not os.path.exists(path):
            raise gone(path, like)
        check_readable(path)


def gone(path: Path, like: Path) -> InputError:
    """Return the error that a file is not there which the picture that `like` names was made of."""
    return InputError(
        f"{like} was made of {path}, which is not there; run jnst where it was made, or name the "
        "picture anew"
    )
