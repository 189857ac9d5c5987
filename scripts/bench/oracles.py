"""How far our networks of one pass are from what the published ones paint, as a table.

    python scripts/bench/oracles.py [NETWORK ...]

Networks and pictures are read from `../shared/data`, those that others have painted with torch from
`../shared/data/oracles`. Printed is the largest difference of any pixel in float32, on the scale
from 0 to 1, by each engine, and what was asked for. The tests of the networks take their oracles
from here.
"""

import argparse
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from PIL import Image

from jnst.arrays import Array, Params
from jnst.byhand.feedforward import graph as byhand
from jnst.feedforward import graph
from jnst.feedforward.layers import Table
from jnst.feedforward.networks import (
    adain,
    ghiasi,
    johnson,
    lengstrom,
    microast,
    mobilejohnson,
    multistyle,
    stylebank,
    wct,
)
from jnst.weights import parts, store
from jnst.weights.formats import torchfile

DATA = Path(__file__).resolve().parents[3] / "shared/data"
NETS, ORACLES = DATA / "nets", DATA / "oracles"
Maps = Mapping[str, Array]
LEVELS = (5, 4, 3, 2, 1)


class Oracle(NamedTuple):
    """A picture in an oracle's file, the table that is to paint it, and what that is given."""

    table: Table
    given: Callable[[], Maps]


class Reference(NamedTuple):
    """A published network: its files, the parameters in them, how near we must be, its pictures.

    `white` is what the oracle's file has for 1.
    """

    files: Sequence[str]
    read: Callable[[], Params]
    painted: str
    asked: float
    pictures: Mapping[str, Oracle]
    white: float = 255.0


def load(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file."""
    with np.load(path) as file:
        return dict(file)


def picture(name: str) -> np.ndarray:
    """Read a picture of the oracles: RGB in [0, 1]."""
    with Image.open(ORACLES / name) as file:
        return np.asarray(file.convert("RGB"), np.float32)[None] / 255


def strength(alpha: float) -> dict[str, np.ndarray]:
    """Return a strength as a network is given it."""
    return {"strength": np.full((1, 1, 1, 1), alpha, np.float32)}


def expected(network: str, key: str) -> np.ndarray:
    """Return what a published network painted, in [0, 1] but for overshoot."""
    published = PUBLISHED[network]
    return load(ORACLES / published.painted)[key] / published.white


def difference(network: str, key: str, run: Callable[[Table, Params, Maps], np.ndarray]) -> float:
    """Return the largest difference of a picture that `run`, an engine, paints."""
    published = PUBLISHED[network]
    oracle = published.pictures[key]
    found = run(oracle.table, published.read(), oracle.given())
    return float(np.abs(found - expected(network, key)).max())


def by_jax(table: Table, params: Params, given: Maps) -> np.ndarray:
    """Paint by one compiled program."""
    return np.asarray(jax.jit(lambda p, g: graph.paint(table, p, g))(params, given))


def by_hand(table: Table, params: Params, given: Maps) -> np.ndarray:
    """Paint with NumPy."""
    arrays, maps = jax.tree.map(np.asarray, (params, dict(given)))
    return byhand.paint(table, arrays, maps)[0]


def _both(alpha: float) -> Maps:
    return {"picture": picture("content.png"), "style": picture("style.png")} | strength(alpha)


def _one_style(
    read: Callable[[dict[str, np.ndarray]], Params],
    table: Table,
    file: str,
    painted: str,
    **units: float,
) -> Reference:
    """Describe a network of one style; `units` are what [0, 1] is multiplied by, by picture."""
    reader = torchfile.read if file.endswith(".pth") else load
    pictures = {
        key: Oracle(table, lambda unit=unit: {"picture": np.float32(unit) * picture("content.png")})
        for key, unit in units.items()
    }
    return Reference([file], lambda: read(reader(NETS / file)), painted, 1e-3, pictures)


def _multistyle(style: int | np.ndarray) -> Oracle:
    weights = functools.partial(multistyle.style, style)
    return Oracle(
        multistyle.table(),
        lambda: {"picture": picture("content.png"), "style": np.asarray(weights())},
    )


def _wct(kind: str, file: str, painted: str, asked: float, **pictures: tuple) -> Reference:
    """Describe one of the WCTs; `pictures` are levels and strength by picture."""
    levels = tuple(level for level in LEVELS if level in wct.KINDS[kind].widths)
    found = {
        key: Oracle(wct.table(kind, levels), functools.partial(_both, alpha))
        for key, (levels, alpha) in pictures.items()
    }
    read = functools.cache(lambda: wct.read(kind, levels, load(NETS / file)))
    return Reference([file], read, painted, asked, found)


_ADAIN = ("vgg19_normalised_means.npz", "adain_decoder_q8.npz")
_MICROAST = tuple(f"microast_{part}.pth.tar" for part in microast.PARTS)


def microast_tensors() -> Mapping[str, np.ndarray]:
    """Read MicroAST's four files as one."""
    return parts.read([NETS / file for file in _MICROAST], "microast")[0]


PUBLISHED: Mapping[str, Reference] = {
    "johnson": _one_style(
        johnson.read, johnson.table(), "johnson_mosaic_f16.npz", "johnson_mosaic.npz", out=1
    ),
    "lengstrom": _one_style(
        lengstrom.read,
        lengstrom.table(),
        "tfjohnson_la_muse_f16.npz",
        "tfjohnson_la_muse.npz",
        out=1,
        out_raw_input=255,  # what it was not trained on, but is fed by its own tool
    ),
    "mobilejohnson": _one_style(
        mobilejohnson.read,
        mobilejohnson.table(),
        "mobilejohnson_mosaic.pth",
        "mobilejohnson_mosaic.npz",
        out=1,
    ),
    "multistyle": Reference(
        ["multistyle26.npz"],
        lambda: multistyle.read(load(NETS / "multistyle26.npz")),
        "multistyle26.npz",
        1e-3,
        {
            **{f"style{i}": _multistyle(i) for i in (0, 7, 19)},
            "half7_half19": _multistyle(
                np.asarray([0.5 * (i in (7, 19)) for i in range(26)], np.float32)
            ),
        },
    ),
    "ghiasi": Reference(
        ["ghiasi_q8.npz"],
        lambda: ghiasi.read(load(NETS / "ghiasi_q8.npz")),
        "ghiasi.npz",
        1e-3,
        {
            "out": Oracle(
                ghiasi.table(),
                lambda: {"picture": picture("content.png"), "style": picture("style_256.png")},
            )
        },
    ),
    "adain": Reference(
        _ADAIN,
        functools.cache(
            lambda: adain.read(store.load("vgg19"), *(load(NETS / file) for file in _ADAIN))
        ),
        "adain.npz",
        1e-3,
        {
            key: Oracle(adain.table(), functools.partial(_both, alpha))
            for key, alpha in (("out", 1.0), ("out_half", 0.5))
        },
    ),
    "wct-whole": _wct(
        "whole",
        "wct_levels123_f16.npz",
        "wct.npz",
        1e-2,
        **{f"reconstruction{level}": ((level,), 0.0) for level in (1, 2, 3)},
        **{f"out{level}": ((level,), 1.0) for level in (1, 2, 3)},
        out321_alpha06=((3, 2, 1), 0.6),
    ),
    "wct": _wct(
        "sixteenth",
        "wct16x_f16.npz",
        "wct16x.npz",
        1e-2,
        reconstruction5=((5,), 0.0),
        out5=((5,), 1.0),
        out54321=(LEVELS, 1.0),
    ),
    "microast": Reference(
        _MICROAST,
        lambda: microast.read(microast_tensors()),
        "microast.npz",
        1e-3,
        {"out": Oracle(microast.table(), functools.partial(_both, 1.0))},
    ),
    "stylebank": Reference(
        ["stylebank_autoencoder_f16.npz"],
        lambda: stylebank.read(load(NETS / "stylebank_autoencoder_f16.npz")),
        "stylebank.npz",
        1e-3,
        {
            "out": Oracle(
                stylebank.table(odd=True),
                lambda: {"picture": picture("content.png")[:, :117, :157]},
            )
        },
        white=1.0,
    ),
}
"""The networks, and what is known of what they paint, by the names that `jnst` has for them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=", ".join(PUBLISHED))
    chosen = parser.parse_args(arguments).networks or list(PUBLISHED)
    if unknown := [name for name in chosen if name not in PUBLISHED]:
        parser.error(f"unknown network {unknown[0]}; choose from {', '.join(PUBLISHED)}")
    if not ORACLES.is_dir():
        parser.error(f"there are no oracles in {ORACLES}")
    print("| network | pictures | jax | byhand | asked for |\n| --- | --- | --- | --- | --- |")
    for name in chosen:
        one = PUBLISHED[name]
        jax_, hand = (
            max(difference(name, key, run) for key in one.pictures) for run in (by_jax, by_hand)
        )
        print(
            f"| {name} | {len(one.pictures)} | {jax_:.1e} | {hand:.1e} | {one.asked:.0e} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
