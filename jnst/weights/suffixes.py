"""Suffixes of the files of networks that paint in one pass: how a path is known to be one."""

from pathlib import Path

TRAINED = ".jnst"
"""Of jnst's own files."""
OTHERS = (".npz", ".pth", ".pt", ".model", ".safetensors")
"""Of others' files, in small letters; `jnst.weights.onepass.READERS` reads them."""


def suffix_of(path: Path) -> str:
    """Return a file's suffix in small letters; of .pth.tar, which is no archive, ".pth"."""
    return Path(path.name.lower().removesuffix(".tar")).suffix
