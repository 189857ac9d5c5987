"""Networks that are published in parts, each a torch file: which file is which, and all as one."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jnst.errors import InputError
from jnst.feedforward.networks import microast
from jnst.feedforward.registry import Tensors
from jnst.system import disk
from jnst.weights import onepass
from jnst.weights.suffixes import suffix_of

PARTS: Mapping[str, Mapping[str, str]] = {
    "microast": {part: f"{part}/" for part in microast.PARTS},
    "adain": {"vgg_normalised": "encoder/", "decoder": "decoder/"},
    "wct": {
        f"{level}S{what[0].upper()}": f"{what}{level}."
        for level in range(1, 6)
        for what in ("encoder", "decoder")
    },
}
"""Of each network, what the name of a file has in it, and what its tensors' names then begin with.

MicroAST by EndyWon, AdaIN by naoto0804, WCT's sixteenth by MingSun-Tse."""


def read(sources: Sequence[Path], name: str) -> tuple[Tensors, list[Path]]:
    """Read the files that a network consists of; return its tensors, and which files these were.

    Args:
        sources: the files, others among them; of a folder all that are in it.
        name: a key of `PARTS`; or "auto", where the names of the files tell.

    Raises:
        InputError: for files that are missing, several for one part, or cannot be read; for a name
            that does not tell.

    """
    files = list(_files(sources))
    if name == "auto":
        complete = [key for key, parts in PARTS.items() if all(_of(files, part) for part in parts)]
        if len(complete) != 1:
            raise InputError(
                f"{' '.join(map(str, sources))}: cannot tell which network it is; say --backbone "
                f"{' or '.join(complete or PARTS)}"
            )
        (name,) = complete
    elif name not in PARTS:
        raise InputError(f"{name} is read from one file; only {', '.join(PARTS)} from several")
    tensors, used = {}, []
    for part, prefix in PARTS[name].items():
        found = _of(files, part)
        if len(found) != 1:
            raise InputError(
                f"{name} needs one torch file with {part} in its name, and here are {len(found)}"
            )
        tensors |= {prefix + key: value for key, value in onepass.tensors_of(found[0]).items()}
        used += found
    return tensors, used


def _files(sources: Iterable[Path]) -> Iterable[Path]:
    for source in sources:
        if source.is_dir():
            with disk.guarded(f"cannot list {str(source)!r}"):
                yield from sorted(source.iterdir())
        else:
            yield source


def _of(files: Iterable[Path], part: str) -> list[Path]:
    return [file for file in files if part in file.name and suffix_of(file) == ".pth"]
