"""`jnst train`: its options, and the mistakes that they show by themselves."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_output, check_there
from jnst.commands.starting import asked
from jnst.errors import InputError, check_at_least
from jnst.training.presets import PRESETS, Name, preset
from jnst.training.settings import WITHOUT_STYLE, Settings, check_numbers
from jnst.transfer.presets import listed
from jnst.weights.suffixes import TRAINED

SHORT = {
    "Pictures": ("photos", "output"),
    "Network": ("preset", "network", "start"),
    "Look": ("content_weight", "style_weight"),
    "Time": ("steps", "batch"),
    "Long trainings": ("checkpoint", "resume"),
}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Train a network that paints in the manner of PAINTING in one pass; of several, each."""

    paintings: Annotated[
        tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PAINTING...")
    ] = ()
    """The paintings: anything Pillow opens. For a network that takes any, also folders of them."""
    photos: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Photographs to learn from, in this folder and those in it."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the network goes (.jnst). By default PAINTING.jnst, here."""
    preset: Annotated[Name | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system, or of `quick`, a small network; --list presets
    describes them. All other options still apply."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    start: Annotated[str | None, tyro.conf.arg(metavar="NETWORK")] = None
    """The network to begin with: a .jnst file, or multistyle or ghiasi, which come along; by
    default numbers at random. With --learned norms, or bank, only what is a style's own is learnt
    anew."""
    teacher: Annotated[Path | None, tyro.conf.arg(metavar="NETWORK")] = None
    """A trained network that shows what to paint of each photograph; without paintings it is to be
    imitated alone. Goes with --pixel-weight, and --content-weight for its features."""
    pictures: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """What is to become of each photograph: pictures of the same names in this folder, as a batch
    makes them. In place of a teacher."""
    preview_every: float = 60.0
    """Seconds between two previews: a photograph that the network, as it is by then, paints into
    OUTPUT-preview.png; 0 for none."""
    preview_of: Annotated[Path | None, tyro.conf.arg(metavar="PHOTOGRAPH")] = None
    """The photograph for that; by default the built-in one."""
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Save all that is needed to resume the training in this folder, from time to time."""
    checkpoint_every: float = 60.0
    """Seconds between two checkpoints, or more where saving takes long."""
    resume: bool = False
    """Resume the training in the folder of --checkpoint, if there is one: with the same options, or
    with no others."""
    list: Literal["presets"] | None = None
    """List what can be chosen, and leave."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def starting_point(words: Sequence[str]) -> dict[str, Settings]:
    """Return the settings that the other options are based on: those of `--preset`.

    Raises `InputError` for an unknown name.
    """
    name = asked(words, "--preset").preset
    return {"settings": Settings() if name is None else preset(name)}


def told(options: Options) -> Iterable[str] | None:
    """Return the presets, where they are asked for; else None."""
    return listed(PRESETS) if options.list == "presets" else None


def names_nothing(options: Options) -> bool:
    """Say whether all that decides a network is as by default, which is enough to resume one."""
    usual = Options()
    decides = ("paintings", "photos", "preset", "settings", "start", "teacher", "pictures")
    return all(getattr(options, name) == getattr(usual, name) for name in decides)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    if options.checkpoint is None and options.resume:
        raise InputError("resume goes with checkpoint, the folder that the training is in")
    check_at_least("preview_every", options.preview_every, 0)
    check_at_least("checkpoint_every", options.checkpoint_every, 0)
    if options.resume and names_nothing(options):
        if options.checkpoint is not None and not options.checkpoint.is_dir():
            raise InputError(
                f"{options.checkpoint} holds no training to go on with; name paintings and photos "
                "to begin one"
            )
        return
    if options.photos is None:
        raise InputError("give --photos, a folder of photographs to learn from")
    check_numbers(options.settings)
    shown = options.teacher or options.pictures
    if not (options.paintings or shown or options.settings.network in WITHOUT_STYLE):
        if not options.settings.style_weight:
            raise InputError("give --teacher or --pictures, which show what to paint")
        raise InputError("give a painting, or several; see 'jnst train --help'")
    check_there(path for path in options.paintings if not path.is_dir())
    check_output(options.output, sources=options.paintings, suffixes=(TRAINED,))
    if not options.photos.is_dir():
        raise InputError(f"there is no folder {str(options.photos)!r} of pictures")
