"""`jnst train`: a network of one's own, from paintings and a folder of photographs."""

import argparse
import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from jnst.display.sheet import contact_sheet
from jnst.display.terminal import live
from jnst.errors import InputError, check_at_least
from jnst.feedforward import trainable
from jnst.methods.progress import Progress
from jnst.pictures import files, resizing, samples
from jnst.runs import checkpoint
from jnst.runs.failures import status
from jnst.runs.pictures import check_derived, check_no_source
from jnst.runs.signals import uninterrupted
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.training.presets import PRESETS, preset
from jnst.training.settings import Settings, check
from jnst.transfer.presets import summary
from jnst.weights import trained
from jnst.xla import keep_compiled_programs

Opened = Any
"""An `Opened` of `jnst.training.run`, which is imported late: what it needs takes seconds."""
PREVIEW = 384
"""Long side of previews, in pixels."""
MINUTE = 60
"""Seconds between two lines about a training that no terminal shows."""


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
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system, or of `quick`, a small network
    (--list presets); all options still apply."""
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
    """After how many seconds a photograph is painted by the network as it is, into
    OUTPUT-preview.png; 0 for never."""
    preview_of: Annotated[Path | None, tyro.conf.arg(metavar="PHOTOGRAPH")] = None
    """The photograph for that; by default the built-in one."""
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Keep in this folder, as the training goes, all that is needed to go on with it."""
    checkpoint_every: float = 60.0
    """After how many seconds it is written anew; less often where writing takes long."""
    resume: bool = False
    """Go on with the training in the folder of --checkpoint, if one is there: with the same words,
    or with no others."""
    list: Literal["presets"] | None = None
    """List what can be chosen, and leave."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


def starting_point(words: Sequence[str]) -> dict[str, Settings]:
    """Return the settings that the other options are based on: those of `--preset`.

    Raises `InputError` for an unknown name.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    asked, _ = parser.parse_known_args(list(words))
    return {"settings": Settings() if asked.preset is None else preset(asked.preset)}


def run(options: Options) -> int:
    """Train a network, or list what was asked for; return the exit status."""
    if options.list == "presets":
        say(*(f"{name:18} {summary(function)}" for name, function in PRESETS.items()))
        return 0
    folder = options.checkpoint
    if folder is None and options.resume:
        raise InputError("resume goes with checkpoint, the folder that the training is in")
    if not (options.resume and _names_nothing(options)):
        _output(options)
    with contextlib.nullcontext() if folder is None else checkpoint.held(folder):
        return _train(options)


def _names_nothing(options: Options) -> bool:
    """Say whether all that decides a network is as by default: to resume it, no word is needed."""
    usual = Options()
    decides = ("paintings", "photos", "preset", "settings", "start", "teacher", "pictures")
    return all(getattr(options, name) == getattr(usual, name) for name in decides)


def _output(options: Options) -> Path:
    """Name the file, and see that all can be written and used, before anything is read."""
    if options.photos is None:
        raise InputError("give --photos, a folder of photographs to learn from")
    network = options.settings.network
    shown = options.teacher or options.pictures
    if not (options.paintings or shown or network in trainable.AUTOENCODERS):
        if not options.settings.style_weight:
            raise InputError("give --teacher or --pictures, which show what to paint")
        raise InputError("give a painting, or several; see 'jnst train --help'")
    check(options.settings, styles=max(len(options.paintings), 1))
    check_at_least("preview_every", options.preview_every, 0)
    check_at_least("checkpoint_every", options.checkpoint_every, 0)
    named = [*(path.stem for path in options.paintings), network]
    output = options.output or disk.unused(f"{named[0]}{trained.SUFFIX}")
    disk.check_writable(output, (trained.SUFFIX,))
    sources = [*options.paintings, *filter(None, [options.preview_of, options.teacher])]
    check_no_source([output], sources)
    if options.preview_every:
        check_derived([_previewed(output)], sources)
    return output


def _previewed(output: Path) -> Path:
    return output.with_name(f"{output.stem}-preview.png")


def _train(options: Options) -> int:
    try:
        from jnst.training import checkpoint as checkpoints
        from jnst.training.resume import begun_with, words_of
        from jnst.training.run import open_training, run
        from jnst.training.sources import Sources
    except ImportError as error:
        raise InputError(
            f"training needs the package {error.name}: pip install 'jnst[train]'"
        ) from None
    if options.cache:
        keep_compiled_programs()
    began = time.monotonic()
    with checkpoints.keeping(options.checkpoint) as keeper:
        if keeper is not None:
            how = {"resume": options.resume, "named": not _names_nothing(options)}
            words = words_of(keeper.facts, keeper.folder, **how)
            given = {} if options.output is None else {"output": options.output}
            options = dataclasses.replace(options, **{**words, **given})
        output = _output(options)
        assert options.photos is not None
        sources = Sources(
            options.paintings,
            options.photos,
            options.pictures,
            start=options.start,
            teacher=options.teacher,
        )
        opened = open_training(sources, options.settings, keeper=keeper)
        first = opened.done
        if first and not options.quiet:
            notice(f"going on after {first} of {options.settings.steps} steps")
        with _watching(opened, options, output) as watch:
            trouble = run(
                opened,
                watch=watch,
                keeper=keeper,
                begun=begun_with(sources, output),
                every=options.checkpoint_every,
            )
    with uninterrupted():
        trained.write(output, opened.network())
    if options.preview_every:
        _preview(opened, options, output)
    for path, reason in (pair for read in opened.read for pair in read.broken.items()):
        notice(f"left out {path}: {reason}")
    if not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output}, after {opened.done} steps, in "
            f"{time.monotonic() - began:.0f} s"
        )
    return status(trouble)


@contextlib.contextmanager
def _watching(
    opened: Opened, options: Options, output: Path
) -> Iterator[Callable[[Progress], None]]:
    """Show a live line, or without a terminal one a minute; paint a preview every so often."""
    steps, due = options.settings.steps, time.monotonic() + options.preview_every
    told = time.monotonic()
    with live((1.0,) * steps, quiet=options.quiet) as show:

        def watch(progress: Progress) -> None:
            nonlocal due, told
            show(progress)
            if options.preview_every and time.monotonic() >= due:
                _preview(opened, options, output)
                due = time.monotonic() + options.preview_every
            silent = options.quiet or sys.stderr.isatty()
            if not silent and time.monotonic() >= told + MINUTE:
                told = time.monotonic()
                parts = "  ".join(f"{name} {part:.3g}" for name, part in progress.parts.items())
                notice(f"step {progress.step} of {steps}: total {progress.total:.4g}  {parts}")

        yield watch


def _preview(opened: Opened, options: Options, output: Path) -> None:
    """Paint a photograph with the network as it is, once in each style, side by side."""
    from jnst.training.run import preview

    source = samples.content() if options.preview_of is None else options.preview_of
    photograph = resizing.fit(files.read(source), PREVIEW)
    painted = [preview(opened, photograph, style=i) for i in range(len(opened.labels))]
    files.write(_previewed(output), contact_sheet([list(zip(opened.labels, painted, strict=True))]))
