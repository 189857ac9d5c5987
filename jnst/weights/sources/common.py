"""Shared by the readers: their result's type, and how a network is recognized by its names."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jnst.backbones import graph
from jnst.errors import InputError

Layers = dict[str, dict[str, np.ndarray]]
"""Arrays by layer and kind: `kernel` (HWIO), or its `index` and `codebook`, and `bias`; of a batch
normalisation `gamma`, `beta`, `mean` and `variance`."""


class Found(NamedTuple):
    """Contents of a weight file: the network, the layers present, and their arrays.

    `table` has in each layer's `reads` the names under which `arrays` has its weights.
    """

    backbone: str
    table: graph.Table
    arrays: Layers


def weighted(table: graph.Table) -> list[graph.Layer]:
    """List the layers that have weights."""
    return [layer for layer in table if layer.op in graph.WEIGHTED]


def roles(layer: graph.Layer) -> tuple[str | None, str | None]:
    """Name the convolution and the normalisation that a layer's weights come from, as it has."""
    if layer.op == "scale":
        return None, layer.reads[0]
    return layer.reads[0], layer.reads[1] if len(layer.reads) > 1 else None


def biased(table: graph.Table) -> bool:
    """Tell whether convolutions must have a bias: where nothing is normalized."""
    return all(roles(layer)[1] is None for layer in weighted(table))


def recognise(source: Path, names: Collection[str], known: Mapping[str, Collection[str]]) -> str:
    """Tell which network has most names in common with a file; one alone is not asked.

    Args:
        source: the file, for the message.
        names: what the file calls its layers.
        known: what each network calls them.

    Raises:
        InputError: if none of several networks has any of the names.

    """
    names = set(names)
    # In proportion to all names of either, for VGG19 has all that VGG16 has.
    alike = {k: len(names & set(v)) / len(names | set(v)) for k, v in known.items()}
    best = max(alike, key=lambda backbone: alike[backbone])
    if not alike[best] and len(known) > 1:
        raise InputError(f"{source} holds none of the networks {', '.join(known)}")
    return best


def get(source: Path, tensors: Mapping[str, np.ndarray], key: str) -> np.ndarray:
    """Return the array of that name; raise `InputError` where there is none."""
    if key not in tensors:
        raise InputError(f"{source} has no {key}")
    return tensors[key]


def hwio(kernel: np.ndarray) -> np.ndarray:
    """Reorder a kernel from torch's output x input x height x width; leave all else as it is."""
    return kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel
