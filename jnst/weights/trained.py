"""Files of networks that jnst trained: `.jnst`, HDF5 with a group a row and a note about them all.

The dataset `jnst` of the file is JSON: the network's design, and how it was trained, on which
nothing depends. The parameters of VGG19, which some have in them, are left out. The same
parameters and words give the same bytes.
"""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import h5py
import msgspec
import numpy as np

from jnst.arrays import Params
from jnst.errors import InputError
from jnst.feedforward import parameters, trainable
from jnst.feedforward.networks import vgg
from jnst.system import digests, disk
from jnst.weights import store, suffixes
from jnst.weights.formats import hdf5

SUFFIX = suffixes.TRAINED
"""Suffix of the files."""
_NOTE = "jnst"
_LARGEST = 2**28  # bytes
_Found = TypeVar("_Found")


class Trained(NamedTuple):
    """A trained network: its design, its parameters, and how it came about."""

    design: trainable.Design
    params: Params
    made_with: Mapping[str, Any]


def write(path: Path, trained: Trained) -> None:
    """Write a network into a file, whole or not at all; `InputError` for what the disk refuses."""
    note: dict[str, Any] = {"design": trained.design._asdict()}
    note |= {"made_with": dict(trained.made_with), "encoder": _encoder_of(trained.params)}
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="earliest") as file:
        text = json.dumps(note, sort_keys=True)
        # Attributes hold 64 KB; the names of many photographs are more.
        file.create_dataset(_NOTE, data=np.frombuffer(text.encode(), np.uint8), track_times=False)
        for row in sorted(_own(trained.params)):
            group = file.create_group(row)
            for kind, array in sorted(trained.params[row].items()):
                data = np.asarray(array, np.float32)
                group.create_dataset(kind, data=data, track_times=False)
    disk.write_bytes(path, buffer.getvalue())


def read(path: Path) -> Trained:
    """Read a network; raise `InputError` where the file is broken, or none of jnst's."""
    return _read(path, _of_file)


def describe(path: Path) -> tuple[trainable.Design, Mapping[str, Any]]:
    """Return a network's design, and how it came about, without its parameters.

    Raises `InputError` as `read` does, but for what the parameters alone would show.
    """
    return _read(path, lambda file: _described(_note_of(file)))


def _read(path: Path, parse: Callable[[h5py.File], _Found]) -> _Found:
    with disk.guarded(f"cannot read {path}"):
        if disk.check_regular(path).st_size > _LARGEST:
            raise InputError("it is larger than any network of jnst")
        data = path.read_bytes()
    with disk.guarded(f"{path} is no network of jnst, or broken"):
        try:
            with h5py.File(io.BytesIO(data), "r") as file:
                return parse(file)
        except (*hdf5.BROKEN, msgspec.MsgspecError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(" ".join(str(error).split())[:200]) from None


def _own(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out VGG19's rows: its weights are there anyway."""
    return {row: kinds for row, kinds in rows.items() if not row.startswith(vgg.ENCODER)}


def _encoder_of(params: Params) -> str:
    """Return a hash of the parameters that are left out; "" where there are none."""
    rows = sorted(params.keys() - _own(params).keys())
    arrays = [array for row in rows for _, array in sorted(params[row].items())]
    return digests.digest(arrays, shapes=False) if rows else ""


def _note_of(file: h5py.File) -> dict[str, Any]:
    note = hdf5.find(file, _NOTE)
    if not isinstance(note, h5py.Dataset):
        raise InputError("it does not say which network it is")
    return json.loads(bytes(hdf5.array(note)))


def _described(note: Mapping[str, Any]) -> tuple[trainable.Design, Mapping[str, Any]]:
    fields = [note["design"][name] for name in trainable.Design._fields]
    design = trainable.check(msgspec.convert(fields, trainable.Design))
    return design, dict(note["made_with"])


def _of_file(file: h5py.File) -> Trained:
    note = _note_of(file)
    design, made_with = _described(note)
    found: dict[str, dict[str, np.ndarray]] = {}
    for row, kinds in _own(parameters.shapes(trainable.network(design).table)).items():
        found[row] = {}
        for kind in kinds:
            data = hdf5.find(file, f"{row}/{kind}")
            if not isinstance(data, h5py.Dataset):
                raise InputError(f"the tensor {row}/{kind} is missing")
            found[row][kind] = hdf5.array(data)
    if design.level:
        found |= vgg.encoder_params(store.load("vgg19", normalized=True), design.level)
    if note["encoder"] != _encoder_of(found):
        raise InputError("it was trained with other weights or means of VGG19 than those here")
    parameters.check(trainable.network(design).table, found)
    return Trained(design, found, made_with)
