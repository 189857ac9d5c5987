"""Weights of a network that has learnt nothing: for comparison, and where there are no others."""

import numpy as np

from jnst.arrays import Params
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.backbones.vgg import MEAN
from jnst.errors import check_choice


def untrained(name: str, *, seed: int = 0) -> Params:
    """Make weights for a network that was never trained, the same ones for the same seed.

    Kernels are drawn as He et al. (2015) start them, normal with a variance of 2 / (inputs of a
    filter), so that maps keep their size through the rectifiers. Normalisations scale by 1, biases
    are 0, and `["input"]["mean"]` is VGG's. Raises `InputError` for an unknown network.
    """
    table = BACKBONES[check_choice("network", name, BACKBONES)].table
    generator, shapes = np.random.default_rng(seed), graph.kernels(table)
    params: dict[str, dict[str, np.ndarray]] = {"input": {"mean": MEAN}}
    for layer in table:
        if layer.op in graph.WEIGHTED:
            shape = shapes[layer.name]
            kernel = np.ones(shape)
            if layer.op != "scale":
                kernel = generator.normal(size=shape) * np.sqrt(2 / np.prod(shape[:3]))
            bias = np.zeros(layer.channels, np.float32)
            params[layer.name] = {"kernel": kernel.astype(np.float32), "bias": bias}
    return params
