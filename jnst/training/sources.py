"""What a training is made from: paintings, photographs, and networks that there are before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jnst.arrays import Params
from jnst.errors import InputError, check_at_least
from jnst.feedforward import trainable
from jnst.training import photos
from jnst.training.settings import Settings
from jnst.transfer.onepass.network import Loaded
from jnst.weights import onepass, trained

BEGINNINGS = {"multistyle": "multistyle-mobile", "ghiasi": "ghiasi"}
"""Weights that come along, and the networks that they are of."""


@dataclass(frozen=True)
class Sources:
    """What a training is made from.

    `paintings` are files, for a network that takes any painting also folders of them; `photos` is a
    folder of photographs, and `pictures` one with what is to become of each. `start` is the file of
    a network to begin with, or the name of one whose weights come along. `teacher` is a network
    that shows what to paint.
    """

    paintings: Sequence[Path]
    photos: Path
    pictures: Path | None = None
    start: str | None = None
    teacher: Path | None = None


def design_of(
    sources: Sources, settings: Settings, *, taught: Sequence[str] = ()
) -> trainable.Design:
    """Return the network that is to be trained; `taught` are the styles that its teacher has.

    Raises `InputError` where there is none with so many styles, and where nothing is to be learnt.
    """
    names = tuple(path.stem for path in sources.paintings)
    if sources.teacher is not None and sources.pictures is not None:
        raise InputError("teacher and pictures both say what to paint; leave out one of them")
    shown = sources.teacher or sources.pictures
    if shown is not None and not names:
        names = tuple(taught) or (shown.stem,)
    design = trainable.Design(settings.network, settings.width, names)
    if design.level or design.any_style:
        design = design._replace(styles=())
    if not (names or design.level or design.any_style):
        raise InputError("give a painting, or several; see 'jnst train --help'")
    trainable.check(design)
    if design.level and not design.any_style and sources.paintings:
        raise InputError(f"network {settings.network} learns no style; leave out the painting")
    if not sources.paintings and design.any_style:
        raise InputError(f"network {settings.network} needs paintings, or a folder of them")
    return design


def check_teacher(teacher: Loaded, pupil: trainable.Design, settings: Settings) -> None:
    """Raise an `InputError` for a teacher that cannot show what the pupil is to paint."""
    if teacher.network.known:
        raise InputError("a network that takes any painting cannot be a teacher")
    if pupil.any_style:
        raise InputError(f"network {pupil.network} takes any painting, and can have no teacher")
    if teacher.styles and teacher.styles != pupil.styles:
        raise InputError(
            f"the teacher has the styles {', '.join(teacher.styles)}, and the pupil "
            f"{', '.join(pupil.styles)}; they must be the same"
        )
    check_at_least("crop for the teacher", settings.crop, teacher.network.least)


def listed(paintings: Sequence[Path]) -> list[Path]:
    """List paintings, those in folders too."""
    return [path for one in paintings for path in (photos.find(one) if one.is_dir() else [one])]


def started(start: str, settings: Settings) -> Params:
    """Return the parameters of the network to begin with: of a file, or by the name of weights.

    Raises `InputError` where it cannot be read, and where it is of another kind or width.
    """
    if start in BEGINNINGS:
        network, params = BEGINNINGS[start], onepass.load(start)[1]
        design = trainable.Design(network, 1.0, ("0",))
    else:
        path = onepass.located(Path(start))
        if path.suffix != trained.SUFFIX:
            names = ", ".join(BEGINNINGS)
            raise InputError(f"start must be a {trained.SUFFIX} file, or {names}, not {start}")
        design, params, _ = trained.read(path)
    for name in ("network", "width"):
        has, asked = getattr(design, name), getattr(settings, name)
        if has != asked:
            raise InputError(f"the {name} of {start} is {has}, not {asked}; ask for the same")
    return params
