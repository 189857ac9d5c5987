"""One training from beginning to end: opened, trained until it is over or stopped, and written."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jnst.arrays import Params, Picture
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.methods.progress import Progress
from jnst.pictures import files
from jnst.runs.checkpoint import digest
from jnst.runs.resume import next_save
from jnst.runs.signals import interruptions, uninterrupted
from jnst.training import lesson, photos
from jnst.training.checkpoint import Keeper
from jnst.training.settings import Settings
from jnst.training.train import Training, begin, train
from jnst.transfer import settings as pixels
from jnst.transfer.onepass.method import paint
from jnst.transfer.onepass.network import Loaded
from jnst.transfer.pictures import NO_PAINTING, Guide, Pictures
from jnst.version import __version__
from jnst.weights import onepass, trained

BEGINNINGS = {"multistyle": "multistyle-mobile"}
"""Weights that come along, and the networks that they are of."""


@dataclass(frozen=True)
class Opened:
    """A training that is ready to begin or to go on, and the facts by which it is known again."""

    training: Training
    source: photos.Photos
    facts: Mapping[str, Any]

    @property
    def done(self) -> int:
        """Steps that are behind it."""
        return int(self.training.learner.optimizer.step[...])

    def network(self) -> trained.Trained:
        """Return the network as it is now."""
        return trained.Trained(
            self.training.design, self.training.learner.average.params, self.facts
        )


def open_training(
    paintings: Sequence[Path],
    folder: Path,
    settings: Settings,
    *,
    start: str | None,
    keeper: Keeper | None,
) -> Opened:
    """Read all that a training needs; go on from the newest checkpoint, if there is one.

    Args:
        paintings: the files of the paintings.
        folder: of the photographs.
        settings: with which it is trained.
        start: the file of a network to begin with, or the name of one whose weights come along;
            None for parameters at random.
        keeper: of its checkpoints; None for none.

    Raises:
        InputError: for pictures that cannot be read or used, and for a checkpoint of another
            training.

    """
    found = photos.find(folder)
    styles = [files.read(path) for path in paintings]
    before = None if start is None else _started(start, settings)
    facts = {
        "settings": dataclasses.asdict(settings),
        "paintings": [digest(style) for style in styles],
        "photographs": [str(path.relative_to(folder)) for path in found],
        "start": None if before is None else digest(before),
        "version": __version__,
    }
    kept = None if keeper is None else keeper.facts
    if kept is not None:
        _check_same(kept, facts)
    design = trainable.Design(
        settings.network, settings.width, tuple(path.stem for path in paintings)
    )
    source = photos.Photos(found, side=settings.crop, size=settings.photo_size)
    batches = photos.batches(source, count=settings.batch, seed=settings.seed)
    training = begin(design, settings, lesson.measure(styles, settings), batches, params=before)
    if keeper is not None and kept is not None:
        keeper.restore(training)
    return Opened(training, source, facts)


def run(
    opened: Opened,
    *,
    watch: Callable[[Progress], None],
    keeper: Keeper | None,
    every: float,
) -> InputError | KeyboardInterrupt | None:
    """Train a network to the end, or until something stops it; return what did.

    Args:
        opened: the training.
        watch: is called with each `Progress`.
        keeper: keeps checkpoints; None for none.
        every: after how many seconds, less often where keeping one takes long.

    Raises:
        InputError: where it fails before there is a step.
        KeyboardInterrupt: where it is interrupted before.

    """
    first, due = opened.done, time.monotonic() + every
    with interruptions() as interruption:
        try:
            for progress in train(opened.training):
                come = interruption()
                watch(progress)
                began = time.monotonic()
                last = progress.step == opened.training.settings.steps
                if keeper is not None and (began >= due or come is not None or last):
                    with uninterrupted():
                        keeper.save(opened.training, dict(opened.facts))
                    due = next_save(every, began)
                if come is not None:
                    return come
        except (InputError, KeyboardInterrupt) as error:
            if opened.done == first:
                raise
            return error
    return None


def preview(opened: Opened, photograph: Picture, *, style: int) -> Picture:
    """Paint a photograph with the network as it is now, in one of its styles."""
    network, params, _ = opened.network()
    loaded = Loaded(trainable.network(network), params, network.own_styles)
    settings = pixels.Settings(method="trained", size=max(photograph.shape[1:3]))
    guide = Guide(NO_PAINTING, 1.0, number=style)
    pictures = Pictures(photograph, [guide], original=photograph)
    return paint(pictures, settings, loaded, tile=None)


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise an `InputError` for a checkpoint of a training that is not the one asked for."""
    then, asked = before["settings"], json.loads(json.dumps(now["settings"]))
    for name, value in asked.items():
        if then.get(name) != value:
            raise InputError(
                f"the training in the checkpoint has {name} {then.get(name)}, not {value}; go on "
                "with it as it is, or begin another elsewhere"
            )
    for name in ("paintings", "photographs", "start", "version"):
        if before[name] != now[name]:
            raise InputError(
                f"the training in the checkpoint has other {name}; begin another elsewhere"
            )


def _started(start: str, settings: Settings) -> Params:
    """Return the parameters of the network to begin with: of a file, or by the name of weights.

    Raises `InputError` where it cannot be read, and where it is of another kind or width.
    """
    if start in BEGINNINGS:
        network, params = BEGINNINGS[start], onepass.load(start)[1]
        design = trainable.Design(network, 1.0, ("0",))
    else:
        path = Path(start)
        if path.suffix != trained.SUFFIX:
            names = ", ".join(BEGINNINGS)
            raise InputError(f"start must be a {trained.SUFFIX} file, or {names}, not {start}")
        design, params, _ = trained.read(path)
    for name in ("network", "width"):
        has, asked = getattr(design, name), getattr(settings, name)
        if has != asked:
            raise InputError(f"the {name} of {start} is {has}, not {asked}; ask for the same")
    return params
