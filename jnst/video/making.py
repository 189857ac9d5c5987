"""The making of a film's file, from what is given to what is written.

The command and `jnst.stylize_video` share it; what they say of it is their own.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from jnst.display.terminal import live
from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.runs.signals import uninterrupted
from jnst.transfer.settings import Settings
from jnst.video import encoding, run
from jnst.video.outputs import FRAMES, check_outputs
from jnst.video.recipe import Moment
from jnst.video.run import Given, OpenedFilm, Written
from jnst.video.settings import VideoSettings
from jnst.video.store import Store, emptied, read

Trouble = InputError | KeyboardInterrupt | None
"""What ended a film early, if anything did."""


@contextlib.contextmanager
def begun(
    given: Given,
    output: Path,
    settings: Settings,
    video: VideoSettings,
    *,
    sound: bool,
    folder: Path | None,
    resume: bool,
    how: str,
) -> Iterator[tuple[OpenedFilm, Store]]:
    """Open a film, and hold the folder of its frames while it is painted.

    Args:
        given: what it is made of.
        output: where it goes.
        settings: of each frame.
        video: how the frames are held together.
        sound: whether it is to have its sound.
        folder: where finished frames are kept; by default beside the output, and then it is removed
            when nothing is left in it.
        resume: go on with a film that is in the folder.
        how: how the caller is asked for that, as messages say.

    Raises:
        InputError: for what cannot be read, used, or written; for a film in the folder that nobody
            asked to go on with, or another than this one.

    """
    frames, tone = run.open_given(given, sound=sound)
    with contextlib.closing(frames):
        check_outputs(output, given, frames)
        encoding.check_writable(output, encoding.Timing(frames.times, frames.duration), tone)
        kept = output.with_name(f"{output.name}{FRAMES}") if folder is None else folder
        with checkpoint.held(kept), emptied(kept, keep=folder is not None):
            if read(kept) is not None and not resume:
                raise InputError(
                    f"{kept} holds a film that is not finished; go on with it by {how}, or remove "
                    "the folder"
                )
            opened = run.open_run(given, frames, tone, settings, video)
            store = Store(kept, opened.facts)
            run.check_space(kept, opened.film)
            yield opened, store


def paint(
    opened: OpenedFilm, store: Store, tell: Callable[[Moment], object], *, quiet: bool
) -> Trouble:
    """Paint all frames with a live line, and call `tell` with each finished one.

    Returns what ended it early; raised where there is no frame yet, and then nothing is kept.
    """
    first = store.done
    begins = {0: "compiling"} if opened.film.settings.engine == "jax" else {}
    try:
        costs = run.costs(opened)[first:]
        with live(costs, quiet=quiet, begins=begins, unit="frame", before=first) as show:

            def watch(moment: Moment) -> None:
                if moment.share:
                    show(f"frame {moment.done + 1} of {moment.count}: {moment.share:.0%}")
                    return
                show(moment.progress._replace(step=moment.done - first))
                tell(moment)

            return run.paint(opened, store, watch)
    except BaseException:
        if not store.done:
            store.remove()
        raise


def write(opened: OpenedFilm, store: Store, path: Path, trouble: Trouble) -> Written:
    """Write a film as far as it is painted; where nothing ended it early, its frames then go."""
    written = run.write(opened, store, path)
    if trouble is None:
        with uninterrupted():
            store.remove()
    return written
