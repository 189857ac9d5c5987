"""Keras's HDF5 files, its applications' or of `model.save`, in the legacy layout.

A group a layer, in its attribute `weight_names` what it holds; all of them perhaps in a group
`model_weights`. Layers are named, but the files that Keras publishes have not always the names that
its networks have now: Keras reads them in order.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import h5py

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights.formats import hdf5
from jnst.weights.sources.common import Found, Layers, recognise, roles, weighted

MOST = 8
"""A layer with its normalisation has at most five arrays; none has more numbers than its kernel
has, or than it has channels, of at most 8 bytes each."""
_STATISTICS = {"gamma": "gamma", "beta": "beta", "mean": "mean", "variance": "variance"}
_STATISTICS |= {"std": "variance"}  # so it was called, and was the variance
_NUMBERED = r"(conv|batch)(?:olution)?(?:_?normalization|2d)(?:_(\d+))?"
TOP = ("conv10",)
"""The one convolution that classifies: SqueezeNet's."""

_Datasets = Mapping[str, Sequence[h5py.Dataset]]


def read(source: Path, backbones: Sequence[str]) -> Found:
    """Read a file that holds one of these networks: HWIO kernels, normalisations of their own.

    Raises `InputError` where it cannot be read, lacks a layer, or has one more.
    """
    try:
        with h5py.File(source, "r") as file:
            root = hdf5.find(file, "model_weights")
            root = file if root is None else _group(file, "model_weights")
            layers = {name: _datasets(_group(root, name)) for name in _layer_names(root)}
            layers = _as_now(layers)
            known = {name: _names(BACKBONES[name].table) for name in backbones}
            backbone = recognise(source, layers, known)
            table = BACKBONES[backbone].table
            if backbone == "mobilenet_v2":
                layers = _in_order(layers, table)
            arrays = _arrays(source, layers, table)
            for name, data in layers.items():
                if any(d.ndim == 4 for d in data) and name not in {*known[backbone], *TOP}:
                    raise InputError(f"{source} has {name}, which {backbone} has not")
            return Found(backbone, table, arrays)
    except hdf5.BROKEN as error:
        if isinstance(error, InputError):
            raise
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read {source} as Keras weights: {detail}") from None


def _layer_names(root: h5py.Group) -> list[str]:
    """List the layers in the order of the model; in a group's name "/" makes a group in a group."""
    names = hdf5.names(root, "layer_names")
    return list(root) if names is None else names


def _datasets(group: h5py.Group) -> list[h5py.Dataset]:
    """List a layer's weights: by its attribute, or in the oldest files as they lie."""
    names = hdf5.names(group, "weight_names")
    names = list(group) if names is None else names
    if len(names) > MOST:
        raise ValueError(f"{group.name} has {len(names)} arrays, more than any layer")
    return [item for name in names if isinstance(item := hdf5.find(group, name), h5py.Dataset)]


def _group(parent: h5py.Group, name: str) -> h5py.Group:
    if not isinstance(group := hdf5.find(parent, name), h5py.Group):
        raise ValueError(f"{name} is no group")
    return group


def _as_now(layers: _Datasets) -> dict[str, Sequence[h5py.Dataset]]:
    """Call layers with weights by one kind of name.

    What Keras numbered by itself counts from 0, in its order, whatever was built before.
    """
    found, counted = {}, {"conv": {}, "batch": {}}
    for name, data in layers.items():
        if not data:
            continue
        if numbered := re.fullmatch(_NUMBERED, name):
            counted[numbered[1]][int(numbered[2] or 0)] = data
        else:
            # block1_conv2 is VGG's conv1_2; "/" was allowed until Keras 3.
            found[re.sub(r"^block(\d)_conv(\d)$", r"conv\1_\2", name.replace("/", "_"))] = data
    for kind, own in counted.items():
        stem = {"conv": "conv2d", "batch": "batch_normalization"}[kind]
        for rank, number in enumerate(sorted(own)):
            found[f"{stem}_{rank}" if rank else stem] = own[number]
    return found


def _names(table: graph.Table) -> list[str]:
    return [name.replace("/", "_") for layer in weighted(table) for name in layer.reads]


def _in_order(layers: _Datasets, table: graph.Table) -> _Datasets:
    """Name convolutions and normalisations of a network that is a chain by their order.

    The published MobileNetV2 has other names than Keras's network.
    """
    pairs = [roles(layer) for layer in weighted(table)]
    if set(_names(table)) <= set(layers):
        return layers
    convolutions = [name for name, data in layers.items() if any(d.ndim == 4 for d in data)]
    normalizations = [name for name, data in layers.items() if _is_normalization(data)]
    found = (convolutions, normalizations)
    if any(len(names) != len(pairs) for names in found):
        return layers  # it lacks a layer, and is found to
    ours = zip(*pairs, strict=True)
    renamed = {
        old: new for o, n in zip(found, ours, strict=True) for old, new in zip(o, n, strict=True)
    }
    return {renamed.get(name, name): data for name, data in layers.items()}


def _is_normalization(data: Iterable[h5py.Dataset]) -> bool:
    return any(_key(one) == "variance" for one in data)


def _key(data: h5py.Dataset) -> str:
    """Tell what an array is: a kernel by its dimensions, else by the end of its name."""
    if data.ndim == 4:
        return "kernel"
    name = re.sub(r"(_\d+)?(:0)?$", "", str(data.name))
    ending = next((end for end in _STATISTICS if name.endswith(end)), None)
    return _STATISTICS[ending] if ending else {1: "bias"}.get(data.ndim, "other")


def _arrays(source: Path, layers: _Datasets, table: graph.Table) -> Layers:
    arrays: Layers = {}
    shapes = graph.kernels(table)
    for layer in weighted(table):
        largest = MOST * math.prod(shapes[layer.name])
        for read in layer.reads:
            name = read.replace("/", "_")
            if name not in layers:
                raise InputError(f"{source} has no {read}")
            if too_large := [one.name for one in layers[name] if one.nbytes > largest]:
                raise ValueError(f"{too_large[0]} is too large for {read}")
            arrays[read] = {_key(one): hdf5.array(one) for one in layers[name]}
            kernel = arrays[read].get("kernel")
            if layer.op == "depthwise" and kernel is not None:
                arrays[read]["kernel"] = kernel.transpose(0, 1, 3, 2)
    return arrays
