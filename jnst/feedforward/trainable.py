"""The networks that can be trained, by name.

A trained network is a `Design`, of which its table follows, and the table's parameters. Those whose
rows begin with `ENCODER` are VGG19's, which stays as it is.
"""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.feedforward import parameters
from jnst.feedforward.blocks import batch_norm
from jnst.feedforward.layers import BatchNorm, Table
from jnst.feedforward.networks import (
    johnson,
    johnson_paper,
    lengstrom,
    mobilejohnson,
    msgnet,
    multistyle,
    stylebank,
    ulyanov,
    ulyanov_pyramid,
    wct,
)
from jnst.feedforward.registry import NETWORKS, Network

_Builder = Callable[..., Table]
ONE_STYLE: Mapping[str, _Builder] = {
    "johnson": johnson.table,
    "johnson-paper": johnson_paper.table,
    "johnson-batch": functools.partial(johnson_paper.table, norm=batch_norm),
    "lengstrom": lengstrom.table,
    "mobilejohnson": mobilejohnson.table,
    "ulyanov": ulyanov.table,
    "ulyanov-pyramid": ulyanov_pyramid.table,
}
"""Networks of one style: functions of a width."""
SEVERAL_STYLES: Mapping[str, _Builder] = {
    "multistyle": functools.partial(multistyle.table, shape=multistyle.PAPER),
    "multistyle-mobile": multistyle.table,
    "stylebank": stylebank.table,
}
"""Networks of any number of styles, with parameters of its own for each: functions of both."""
ANY_STYLE = ("adain", "ghiasi", "msgnet")
"""Networks that take any painting as a picture."""
AUTOENCODERS: Mapping[str, Network] = {
    f"wct{level}": Network(wct.autoencoder(level), 2 ** (level - 1), "", None)
    for level in (1, 2, 3, 4, 5)
}
"""Networks that make a picture of VGG19's features of it, by level: the decoders of WCT."""
MULTIPLES = {"ulyanov-pyramid": ulyanov_pyramid.MULTIPLE}
"""What the sides of pictures are rounded up to multiples of, where that is not 4."""
FIXED = ("adain", "ghiasi", *AUTOENCODERS)
"""Networks of one width."""
NAMES = (*ONE_STYLE, *SEVERAL_STYLES, *ANY_STYLE, *AUTOENCODERS)
"""All that can be trained."""
PARTS: Mapping[str, frozenset[str]] = {
    "norms": frozenset(("scale", "shift")),
    "bank": frozenset(("kernels",)),
}
"""What of a network can be trained alone, by the kinds of its parameters."""
WIDEST = 4
"""The largest width."""
MOST_STYLES = 1000
"""The most styles of a network."""


class Design(NamedTuple):
    """A name in `NAMES`, what its channels are multiplied by, and the names of its styles."""

    network: str
    width: float
    styles: tuple[str, ...]

    @property
    def conditional(self) -> bool:
        """Say whether the network takes a weight for each style."""
        return self.network in SEVERAL_STYLES

    @property
    def own_styles(self) -> tuple[str, ...]:
        """The names of the styles that one has to choose from: none where there is but one."""
        return self.styles if self.conditional else ()

    @property
    def any_style(self) -> bool:
        """Say whether the network takes a painting."""
        return self.network in ANY_STYLE

    @property
    def level(self) -> int:
        """The level of VGG19 whose features the network decodes; 0 for one that decodes none."""
        return 4 if self.network == "adain" else int(self.network.partition("wct")[2] or 0)


def check(design: Design) -> Design:
    """Return a design; raise an `InputError` where there is no such network."""
    check_choice("network", design.network, NAMES)
    check_at_most("width", check_at_least("width", design.width, 0.05), WIDEST)
    if design.network in FIXED and design.width != 1:
        raise InputError(f"network {design.network} has width 1, not {design.width}")
    if design.any_style or design.level:
        return design
    count = len(design.styles)
    if not 1 <= count <= MOST_STYLES:
        raise InputError(f"a network needs from 1 to {MOST_STYLES} styles, not {count}")
    if count > 1 and not design.conditional:
        raise InputError(
            f"network {design.network} has one style, not {count}; choose from "
            f"{', '.join(SEVERAL_STYLES)}"
        )
    return design


def parts(design: Design) -> list[str]:
    """List which of `PARTS` a network has."""
    kinds = {kind for row in parameters.shapes(network(design).table).values() for kind in row}
    return [name for name, wanted in PARTS.items() if kinds & wanted]


def network(design: Design) -> Network:
    """Return the network of a design, as those that paint in one pass are run."""
    check(design)
    if design.network in AUTOENCODERS:
        return AUTOENCODERS[design.network]
    if design.network == "msgnet":
        return Network(msgnet.table(width=design.width), 4, "", None, msgnet.KNOWN)
    if design.any_style:
        return NETWORKS[design.network]
    if design.conditional:
        styles = len(design.styles)
        table = SEVERAL_STYLES[design.network](styles=styles, width=design.width)
    else:
        table = ONE_STYLE[design.network](width=design.width)
    return Network(table, MULTIPLES.get(design.network, 4), "", None)


def in_training(table: Table) -> Table:
    """Return a network as it is while it is trained: batch norms go by the batch's own moments."""
    return tuple(
        row._replace(training=True) if isinstance(row, BatchNorm) else row for row in table
    )
