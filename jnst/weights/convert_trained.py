"""Decoders that jnst trained, as the files that are published of these networks.

So they become weights of a method: AdaIN's of `--method adain`, WCT's levels 1 to 3 of
`--method wct`.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jnst.errors import InputError
from jnst.feedforward import parameters
from jnst.feedforward.networks import adain, vgg, wct
from jnst.feedforward.registry import Tensors
from jnst.weights import store, trained
from jnst.weights.trained import Trained

LEVELS = (3, 2, 1)
"""The levels of WCT that make a network, in the order in which they are run."""


def read(sources: Sequence[Path]) -> tuple[str, Tensors, Mapping[str, str]]:
    """Read the files of one network: return its name, its tensors, and what the manifest says.

    Raises `InputError` for files that cannot be read, and for networks that make no method.
    """
    found = {one.design.network: one for one in map(trained.read, sources)}
    names = [f"wct{level}" for level in LEVELS]
    if list(found) == ["adain"] and len(sources) == 1:
        return "adain", _adain(found["adain"]), _entry(found)
    if set(found) == set(names) and len(sources) == len(names):
        return "wct", _wct([found[name] for name in names]), _entry(found)
    said = ", ".join(found)
    raise InputError(
        f"only an adain, or {' and '.join(names)} together, become weights, not {said}; a network "
        "of its own styles takes a painting's place as it is"
    )


def _adain(network: Trained) -> dict[str, np.ndarray]:
    """Return the decoder with kernels of 8 bit, and what rescales VGG19 to its encoder."""
    means, biases = store.load_means("vgg19"), store.load("vgg19", normalized=True)
    found = {}
    for name in vgg.names(4):
        found[f"{vgg.ENCODER}{name}.mean"] = np.where(means[name] == 0, 1, means[name])
        found[f"{vgg.ENCODER}{name}.bias"] = np.asarray(biases[name]["bias"])
        row = network.params[adain.DECODER + name]
        quantized = quantize(np.asarray(row["kernel"]))
        found |= {f"{adain.DECODER}{name}.{part}": array for part, array in quantized.items()}
        found[f"{adain.DECODER}{name}.bias"] = np.asarray(row["bias"])
    return {name: found[name] for name in sorted(found)}


def quantize(kernel: np.ndarray) -> dict[str, np.ndarray]:
    """Return a kernel in 8 bit, (index + zero) · step; 0 stays 0."""
    low, high = min(float(kernel.min()), 0.0), max(float(kernel.max()), 0.0)
    step = (high - low) / 255 or 1.0
    zero = round(low / step)
    index = np.clip(np.round(kernel / step) - zero, 0, 255).astype(np.uint8)
    return {"index": index, "zero": np.array(zero, np.int32), "step": np.array(step, np.float32)}


def _wct(networks: Sequence[Trained]) -> dict[str, np.ndarray]:
    """Return encoder and decoders, kernels in half precision, as `wct.read` takes them."""
    params = {row: kinds for one in networks for row, kinds in one.params.items()}
    tensors = parameters.publish(
        wct.table("whole", LEVELS), params, functools.partial(wct.tensor, "whole")
    )
    return {
        name: array.astype(np.float16) if array.ndim == 4 else array
        for name, array in tensors.items()
    }


def _entry(networks: Mapping[str, Trained]) -> dict[str, str]:
    made = {name: dict(one.made_with) for name, one in networks.items()}
    for facts in made.values():
        facts["photographs"] = len(facts.get("photographs", ()))
        facts["paintings"] = len(facts.get("paintings", ()))
    return {
        "authors": "trained by jnst",
        "licence": "as its pictures have it",
        "notice": json.dumps(made, sort_keys=True),
    }
