"""Options of every command that computes something."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.errors import InputError


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


def check_device(name: str) -> None:
    """Raise an `InputError` for what is no name of a device; whether it is there, JAX knows."""
    if not re.fullmatch(r"(cpu|cuda|tpu)(:\d{1,4})?", name):
        raise InputError(
            f"--device must be cpu, cuda or tpu, or with a number as in cuda:1, not {name!r}"
        )
