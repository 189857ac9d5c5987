"""Options of what comes out of `jnst stylize`, and of its batches."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.runs.options import Checkpoints
from jnst.transfer.onepass.sources import is_network


@dataclass(frozen=True)
class Output:
    """The files that come out of a run, and how they are written."""

    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the picture goes (.png .jpg .webp .tif). By default CONTENT-STYLE.png, here."""
    depth: Literal[8, 16] = 8
    """Bits per value in the picture; 16 only in .png and .tif."""
    save_every: int = 0
    """Also write the picture every so many steps, numbered; 0 for never."""
    plot: bool = False
    """Also draw the loss curves, into OUTPUT-loss.png."""
    keep: Annotated[Checkpoints, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Checkpoints
    )
    losses: bool = False
    """Show the losses in the live line even where the terminal is narrow."""
    json: bool = False
    """Print what came of it as JSON: of a batch, a line for each picture."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


@dataclass(frozen=True)
class Batch:
    """The pictures of a batch."""

    batch: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER|TABLE")] = None
    """Paint every picture of a folder, or every pair in a .csv with the columns content, style (or
    network, or style_number) and, if wanted, output."""
    given: Annotated[
        tuple[Path, ...], tyro.conf.arg(name="styles", metavar="FOLDER|PICTURE...")
    ] = ()
    """With a folder to --batch: paintings, or folders of them, each for every picture. A trained
    network that takes any painting, given beside them, paints like each."""
    out: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """With --batch: where the pictures go, and batch.csv, which says what became of each."""

    @property
    def styles(self) -> Path | None:
        """The style that decides the method: a network, or else the first; None for none."""
        return next(filter(is_network, self.given), next(iter(self.given), None))
