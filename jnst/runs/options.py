"""Options of a run that are no settings of its picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class Checkpoints:
    """Options that keep a long run safe."""

    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Save all that is needed to resume the run in this folder, from time to time."""
    checkpoint_every: float = 60.0
    """Seconds between two checkpoints, or more where saving takes long."""
    resume: bool = False
    """Resume the run in the folder of --checkpoint, if there is one: with the same options, or with
    no others."""
