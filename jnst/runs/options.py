"""Options of a run that are no settings of its picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class Checkpoints:
    """Options that keep a long run safe."""

    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Keep in this folder, as the run goes, all that is needed to go on with it."""
    checkpoint_every: float = 60.0
    """After how many seconds it is written anew; less often where writing takes long."""
    resume: bool = False
    """Go on with the run in the folder of --checkpoint, if there is one there: with the same words,
    or with no others."""
