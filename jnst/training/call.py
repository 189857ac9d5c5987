"""A network trained in one call: `jnst.train`."""

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

import numpy as np
from jaxtyping import Float

from jnst.display.terminal import live
from jnst.errors import InputError, check_at_least
from jnst.methods.keywords import check_names, replaced, with_keywords
from jnst.methods.progress import Progress
from jnst.runs import checkpoint as folders
from jnst.runs import log
from jnst.runs.result import Written, courses
from jnst.runs.signals import uninterrupted
from jnst.runs.sources import check_no_source
from jnst.system import disk
from jnst.training.checks import check
from jnst.training.keywords import Keywords
from jnst.training.need import needed
from jnst.training.presets import preset as preset_called
from jnst.training.settings import Settings
from jnst.weights import trained

File = str | os.PathLike[str]
"""A file or a folder, by its path."""


@dataclass(frozen=True, eq=False)
class TrainingResult(Written):
    """A trained network: the path of its file, and how it came about.

    It will do wherever a path does: `jnst.stylize("photo.jpg", network)`.
    """

    losses: Mapping[str, Float[np.ndarray, " steps"]] = field(repr=False)
    """The losses at each step of this call: `total`, and the weighted parts that it is the sum
    of."""
    settings: Settings = field(repr=False)
    """What it was trained with: those of the preset, too."""
    left_out: Mapping[Path, str]
    """Pictures that could not be read, and why."""


@with_keywords(Keywords, Settings)
def train(
    paintings: File | Sequence[File],
    photos: File,
    output: File,
    *,
    pictures: File | None = None,
    teacher: File | None = None,
    start: File | None = None,
    callback: Callable[[Progress], object] | None = None,
    verbose: bool = False,
    preset: str = "default",
    checkpoint: File | None = None,
    checkpoint_every: float = 60.0,
    resume: bool = False,
    **settings: Unpack[Keywords],
) -> TrainingResult:
    """Train a network that paints in the manner of `paintings` in one pass.

    Args:
        paintings: a file, or a list of several, each of which becomes a style; for a network that
            takes any painting also folders of them; () for one that learns no style.
        photos: a folder of photographs to learn from.
        output: where the network goes (.jnst); what is there is replaced.
        pictures: a folder of what is to become of each photograph, by the same names.
        teacher: a trained network that shows what to paint, in place of `pictures`.
        start: the network to begin with: a .jnst file, "multistyle" or "ghiasi".
        callback: is called with each `jnst.methods.progress.Progress`: step, losses, a picture.
        verbose: show a live line on the terminal, as the command does.
        preset: a published training, whose settings it begins with: a name in
            `jnst.training.presets.PRESETS`.
        checkpoint: a folder in which all is kept that is needed to go on.
        checkpoint_every: after how many seconds, less often where that takes long.
        resume: go on with the training in that folder, if one is there, by the same arguments.
        **settings: those below, which take precedence over those of the preset. Where several
            values are meant, a list will do, or one value alone.

    Returns:
        The network, a path with its losses and settings.

    Raises:
        InputError: for what cannot be read, used or written; where a package is missing, which
            `pip install 'jnst[train]'` brings. What comes after the first step is raised when the
            network as it is then has been written. So is what Ctrl-C raises.

    Tells the logger "jnst" what it does.

    """
    check_names(train, settings)
    several = [paintings] if isinstance(paintings, str | os.PathLike) else list(paintings)
    given, path = [Path(one) for one in several], Path(output)
    chosen = replaced(preset_called(preset), settings)
    check(chosen, styles=max(len(given), 1))
    check_at_least("checkpoint_every", checkpoint_every, 0)
    if checkpoint is None and resume:
        raise InputError("resume goes with checkpoint, the folder that the training is in")
    disk.check_writable(path, (trained.SUFFIX,))
    shown = None if teacher is None else Path(teacher)
    check_no_source([path], [*given, *filter(None, [shown])])
    with needed():
        from jnst.training.checkpoint import keeping
        from jnst.training.resume import begun_with, check_asked
        from jnst.training.run import open_training, run
        from jnst.training.sources import Sources
    sources = Sources(
        given,
        Path(photos),
        None if pictures is None else Path(pictures),
        start=None if start is None else os.fspath(start),
        teacher=shown,
    )
    folder, course = None if checkpoint is None else Path(checkpoint), []
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        if folder is not None:
            stack.enter_context(folders.held(folder))
        keeper = stack.enter_context(keeping(folder))
        if keeper is not None:
            check_asked(keeper.facts, keeper.folder, resume=resume, how="resume=True")
        opened = open_training(sources, chosen, keeper=keeper)
        show = stack.enter_context(
            live((1.0,) * chosen.steps, quiet=not verbose, begins={0: "compiling"})
        )
        tell = log.steps(chosen.steps)

        def watch(progress: Progress) -> None:
            course.append({"total": progress.total, **progress.parts})
            show(progress)
            tell(progress)
            if callback is not None:
                callback(progress)

        begun = begun_with(sources, path)
        trouble = run(opened, watch=watch, keeper=keeper, begun=begun, every=checkpoint_every)
    with uninterrupted():
        trained.write(path, opened.network())
    seconds = time.monotonic() - began
    log.LOG.info("wrote %s, after %d steps, in %.1f s", path, opened.done, seconds)
    if trouble is not None:
        raise trouble
    broken = {where: why for read in opened.read for where, why in read.broken.items()}
    return TrainingResult(path, courses(course), chosen, broken)
