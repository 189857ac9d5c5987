"""A network of two blocks and a few channels that stands in for VGG19.

What loop, command line, batches, page and checkpoints do with a network does not depend on which
one it is. This one is called `vgg19`, so no option has to name it, and it compiles in a second
instead of five. Use the fixture `tiny`. A process of its own begins with
`python tests/support/tiny.py`, which is `python -m jnst` with this network.
"""

import contextlib
import functools
import sys
from unittest import mock

import numpy as np

from jnst.backbones import checks, graph, vgg, vgg_tables
from jnst.backbones.layers import PICTURE, apply, conv, pool
from jnst.backbones.tables import BACKBONES, Backbone
from jnst.dreams import ascent, visualize
from jnst.engines import build
from jnst.transfer import fitting
from jnst.weights import network

CHANNELS = (4, 8)
"""Of the convolutions of each block."""
CONTENT, STYLE = ("relu2_2",), ("relu1_1", "relu2_1")
"""Its default layers."""


def _table():
    layers, x = [], PICTURE
    for block, channels in enumerate(CHANNELS, start=1):
        for index in (1, 2):
            x = conv(x, f"conv{block}_{index}", channels, 3)
            layers += [x, x := apply("relu", x, f"relu{block}_{index}")]
        layers.append(x := pool("max", x, f"pool{block}", 2, stride=2))
    return tuple(layers)


TABLE = _table()
LAYERS = tuple(layer.name for layer in TABLE)
BACKBONE = Backbone(TABLE, LAYERS, CONTENT, STYLE, vgg_tables.geometry(LAYERS))
FORGETFUL = (
    build.engine,
    build.in_tiles,
    build.on_devices,
    checks.least_side,
    fitting._compiled,
    ascent.program,
    visualize.program,
)
"""What keeps something of a network by its name."""


@functools.cache
def params():
    """Return its weights: random, and the same every time."""
    rng, found = np.random.default_rng(0), {"input": {"mean": vgg.MEAN}}
    for name, shape in graph.kernels(TABLE).items():
        kernel = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:3]))
        found[name] = {
            "kernel": kernel.astype(np.float32),
            "bias": np.zeros(shape[-1], np.float32),
        }
    return found


def load(name):
    """Return its weights, whatever the name."""
    return params()


@contextlib.contextmanager
def installed():
    """Let `vgg19` be this network inside a `with` block."""
    learnt = {"trained": load, "normalized": load}
    with (
        mock.patch.dict(BACKBONES, {"vgg19": BACKBONE}),
        mock.patch.dict(network.WEIGHTS, learnt),
    ):
        forget()
        yield
    forget()


def forget():
    """Forget what was built for the network that had the name before."""
    for function in FORGETFUL:
        function.cache_clear()


if __name__ == "__main__":
    from jnst.__main__ import main

    with installed():
        sys.exit(main())
