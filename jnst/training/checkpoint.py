"""Checkpoints of a training, by orbax: it can be killed at any moment, and goes on to equal bits.

Kept are the learner (parameters, their average, the optimizer's state), the places among
photographs and paintings, and the facts by which a training is known again.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grain
import jax
import numpy as np
import orbax.checkpoint as ocp
from flax import nnx

from jnst.errors import InputError
from jnst.training.train import Training

SPARE = 2**22
"""Bytes that a checkpoint may take beside its arrays: names and shapes of each."""
_LEARNER, _PHOTOGRAPHS, _PAINTINGS, _FACTS = "learner", "photographs", "paintings", "facts"


class Keeper:
    """A folder in which checkpoints of one training are kept; the last two are."""

    def __init__(self, folder: Path) -> None:
        options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False)
        names = (_LEARNER, _PHOTOGRAPHS, _PAINTINGS, _FACTS)
        self.folder = folder
        self._manager = ocp.CheckpointManager(
            os.path.abspath(folder), options=options, item_names=names
        )

    @property
    def facts(self) -> dict[str, Any] | None:
        """The facts of the newest checkpoint; None where there is none."""
        step = self._manager.latest_step()
        if step is None:
            return None
        return self._restore(step, **{_FACTS: ocp.args.JsonRestore()})[_FACTS]

    def save(self, training: Training, facts: dict[str, Any]) -> None:
        """Keep a training as it is; raise `InputError` for what the disk refuses."""
        learner = nnx.to_pure_dict(nnx.state(training.learner))
        items = {
            _LEARNER: ocp.args.StandardSave(learner),
            _PHOTOGRAPHS: grain.checkpoint.CheckpointSave(training.photographs),
            _FACTS: ocp.args.JsonSave(facts),
        }
        if training.paintings is not None:
            items[_PAINTINGS] = grain.checkpoint.CheckpointSave(training.paintings)
        step = int(training.learner.optimizer.step[...])
        wanted = SPARE + sum(leaf.nbytes for leaf in jax.tree.leaves(learner))
        with _guarded(f"cannot keep a checkpoint in {str(self.folder)!r}"):
            # On a full disk, orbax's threads would print tracebacks that nothing can keep back.
            if shutil.disk_usage(self.folder).free < wanted:
                raise OSError(os.strerror(errno.ENOSPC))
            self._manager.save(step, args=ocp.args.Composite(**items), force=True)

    def restore(self, training: Training) -> None:
        """Bring a training to where the newest checkpoint is; there must be one."""
        state = nnx.state(training.learner)
        like = jax.tree.map(ocp.utils.to_shape_dtype_struct, nnx.to_pure_dict(state))
        items = {
            _LEARNER: ocp.args.StandardRestore(like),
            _PHOTOGRAPHS: grain.checkpoint.CheckpointRestore(training.photographs),
        }
        if training.paintings is not None:
            items[_PAINTINGS] = grain.checkpoint.CheckpointRestore(training.paintings)
        found = self._restore(self._manager.latest_step(), **items)
        # As NumPy's, for orbax binds them to a device, and the step would be compiled again.
        nnx.replace_by_pure_dict(state, jax.tree.map(np.array, found[_LEARNER]))
        nnx.update(training.learner, state)

    def _restore(self, step: int | None, **items: Any) -> Any:
        with _guarded(f"cannot read the checkpoint in {str(self.folder)!r}"):
            return self._manager.restore(step, args=ocp.args.Composite(**items))

    def close(self) -> None:
        """Let go of the folder."""
        self._manager.close()


@contextmanager
def keeping(folder: Path | None) -> Iterator[Keeper | None]:
    """Yield the keeper of a folder that is there; None for none."""
    if folder is None:
        yield None
        return
    keeper = Keeper(folder)
    try:
        yield keeper
    finally:
        keeper.close()


@contextmanager
def _guarded(failure: str) -> Iterator[None]:
    """Turn what orbax raises into an `InputError` of one line, and what its threads log into none.

    Most of it is not raised again: each thread logs a traceback of its own, some of them later. So
    after a failure these loggers stay silent.
    """
    loggers = [logging.getLogger(name) for name in ("absl", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        full = os.strerror(errno.ENOSPC)
        raise InputError(f"{failure}: {full if full in reason else reason[:200]}") from None
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
