"""Options of every command that computes something."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class Common:
    """Where it is computed, and a file of options."""

    device: Annotated[str | None, tyro.conf.arg(metavar="DEVICE")] = None
    """What computes: cpu, cuda or tpu; the second of several is cuda:1. By default a TPU or GPU
    where JAX finds one."""
    config: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Take options from this TOML file, named as they are here; those on the command line count
    more."""
    write_config: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Write all options into such a file, and leave."""
