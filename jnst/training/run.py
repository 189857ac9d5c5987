"""One training from beginning to end: opened, trained until it is over or stopped, and written."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jnst.arrays import AnyPicture, Picture
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.networks import vgg
from jnst.methods.progress import Progress
from jnst.pictures import files
from jnst.runs.checkpoint import digest
from jnst.runs.resume import next_save
from jnst.runs.signals import interruptions, uninterrupted
from jnst.training import lesson, photos
from jnst.training.checkpoint import Keeper
from jnst.training.settings import Settings
from jnst.training.sources import Sources, check_teacher, design_of, listed, started
from jnst.training.train import Training, begin, train
from jnst.transfer import settings as pixels
from jnst.transfer.onepass.method import paint
from jnst.transfer.onepass.network import Loaded, load
from jnst.transfer.pictures import NO_PAINTING, Guide, Pictures
from jnst.version import __version__
from jnst.weights import store, trained

SHOWN = 3
"""So many paintings are shown in a preview of a network that takes any."""


@dataclass(frozen=True)
class Opened:
    """A training that is ready to begin or to go on, and the facts by which it is known again."""

    training: Training
    read: Sequence[photos.Photos]
    """Its photographs, and its paintings, if it takes any."""
    facts: Mapping[str, Any]
    paintings: Mapping[str, AnyPicture]
    """The first ones, by name, of a network that takes any painting: for a preview."""

    @property
    def labels(self) -> Sequence[str]:
        """The names of the styles that a preview shows."""
        design = self.training.design
        return [*self.paintings] or design.styles or (design.network,)

    @property
    def done(self) -> int:
        """Steps that are behind it."""
        return int(self.training.learner.optimizer.step[...])

    def network(self) -> trained.Trained:
        """Return the network as it is now."""
        return trained.Trained(
            self.training.design, self.training.learner.average.params, self.facts
        )


def open_training(sources: Sources, settings: Settings, *, keeper: Keeper | None) -> Opened:
    """Read all that a training needs; go on from the newest checkpoint, if there is one.

    Args:
        sources: its pictures and networks.
        settings: with which it is trained.
        keeper: of its checkpoints; None for none.

    Raises:
        InputError: for pictures and networks that cannot be read or used, and for a checkpoint of
            another training.

    """
    found = photos.find(sources.photos)
    others = None if sources.pictures is None else photos.beside(found, sources.pictures)
    teacher = None if sources.teacher is None else load(pixels.Settings(), file=sources.teacher)
    design = design_of(sources, settings, taught=() if teacher is None else teacher.styles)
    if teacher is not None:
        check_teacher(teacher, design, settings)
    several = listed(sources.paintings) if design.any_style else list(sources.paintings)
    styles = [files.read(path) for path in (several[:SHOWN] if design.any_style else several)]
    before = None if sources.start is None else started(sources.start, settings)
    facts = {
        "settings": dataclasses.asdict(settings),
        "paintings": [path.name for path in several]
        if design.any_style
        else [digest(style) for style in styles],
        "photographs": [str(path.relative_to(sources.photos)) for path in found],
        "pictures": [] if others is None else [path.name for path in others.values()],
        "start": None if before is None else digest(before),
        "teacher": None if teacher is None else digest(teacher.params),
        "version": __version__,
    }
    kept = None if keeper is None else keeper.facts
    if kept is not None:
        _check_same(kept, facts)
    crop, params = settings.crop, None if teacher is None else teacher.params
    source = photos.Photos(found, side=crop, size=settings.photo_size, others=others)
    paintings, cut = None, None
    if design.any_style:
        cut = photos.Photos(several, side=crop, size=settings.style_size)
        paintings = photos.batches(cut, count=settings.batch, seed=settings.seed + 1)
    if design.level:
        encoder = vgg.encoder_params(store.load("vgg19", normalized=True), design.level)
        before = {**(before or {}), **encoder}
    training = begin(
        design,
        settings,
        lesson.measure(None if design.any_style else styles, settings, teacher=params),
        photos.batches(source, count=settings.batch, seed=settings.seed),
        paintings=paintings,
        teacher=None if teacher is None else teacher.network.table,
        params=before,
    )
    if keeper is not None and kept is not None:
        keeper.restore(training)
    names = [path.name for path in several]
    shown = dict(zip(names, styles, strict=False)) if design.any_style else {}
    return Opened(training, [source, *filter(None, [cut])], facts, shown)


def run(
    opened: Opened,
    *,
    watch: Callable[[Progress], None],
    keeper: Keeper | None,
    begun: Mapping[str, Any],
    every: float,
) -> InputError | KeyboardInterrupt | None:
    """Train a network to the end, or until something stops it; return what did.

    Args:
        opened: the training.
        watch: is called with each `Progress`.
        keeper: keeps checkpoints; None for none.
        begun: what these have beside the facts; see `jnst.training.resume.begun_with`.
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
                        keeper.save(opened.training, {**opened.facts, **begun})
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
    painting = [*opened.paintings.values()][style] if opened.paintings else NO_PAINTING
    guide = Guide(painting, 1.0, number=style)
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
    for name in ("paintings", "photographs", "pictures", "start", "teacher", "version"):
        if before[name] != now[name]:
            raise InputError(
                f"the training in the checkpoint has other {name}; begin another elsewhere"
            )
