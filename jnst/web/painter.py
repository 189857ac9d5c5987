"""The process that paints one run; `jnst.web.worker` starts it.

It is told what to paint by one line on its standard input, and to stop by the end of that input,
however that comes about: it never outlives the server. It leaves all it makes in the run's folder,
and says in one line on its standard output how it ended. Begun anew, it goes on where it was.
"""

import _thread
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from jnst.errors import InputError, printable
from jnst.optimize.loop import Progress
from jnst.runs import checkpoint
from jnst.runs.checkpoint import Curves
from jnst.runs.failures import explain
from jnst.runs.record import Inputs, restore
from jnst.runs.resume import Checkpoints
from jnst.runs.run import open_run, paint_run
from jnst.runs.signals import interruptions
from jnst.system import threads
from jnst.transfer.pictures import Pictures, read
from jnst.transfer.preview import preview
from jnst.transfer.settings import Settings
from jnst.video.run import Given
from jnst.video.settings import Part
from jnst.web.film_painter import paint_film
from jnst.web.masks import completed
from jnst.web.progress import progress_writer
from jnst.xla import keep_compiled_programs

KEEP_EVERY = 15.0
"""Seconds between checkpoints."""


class Task(msgspec.Struct):
    """What is to be painted: the run's folder, the files of its pictures, what it is made with.

    `made_with` names the pictures as the user does, for the metadata. The content is a film where
    `video` says what holds its frames together. `masks` are for each painting the file of where it
    goes, or None; see `jnst.web.masks.completed`.
    """

    folder: str
    content: str
    styles: list[str]
    made_with: dict[str, Any]
    compiled: str
    video: dict[str, Any] | None = None
    masks: list[str | None] = []


class Ending(msgspec.Struct):
    """The end that a run has come to."""

    status: Literal["done", "stopped", "failed"]
    reason: str = ""


def main() -> None:
    """Wait for a task, carry it out, and say how it ended."""
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(0, 1 << 16)  # not sys.stdin: a thread could not wait there till the end
        if not more:
            return
        line += more
    task = msgspec.json.decode(line, type=Task)
    try:
        with interruptions() as interruption:  # first, or the end of the input would not be heard
            threading.Thread(target=_stop_at_the_end, daemon=True).start()
            outcome = Ending("done" if carry_out(task, interruption) else "stopped")
    except KeyboardInterrupt:
        outcome = Ending("stopped")
    except Exception as error:
        outcome = Ending("failed", printable(explain(error)))
    print(msgspec.json.encode(outcome).decode(), flush=True)


def carry_out(task: Task, interruption: Callable[[], KeyboardInterrupt | None]) -> bool:
    """Paint; return whether the picture, or film, is finished, and not stopped by an interruption.

    Raises:
        InputError: for what cannot be painted. What was begun is kept.
        KeyboardInterrupt: if it was stopped before there was anything to keep.

    """
    folder, content = Path(task.folder), Path(task.content)
    styles = [Path(style) for style in task.styles]
    settings, inputs = restore(task.made_with)
    _unlink(folder, task)
    with checkpoint.held(folder):
        keep_compiled_programs(folder=Path(task.compiled))
        if task.video is not None:
            given = Given(content, styles, Part(), masks=completed(task.masks))
            trouble = paint_film(folder, given, settings, task.video)
        else:
            pictures = read(content, [*styles], settings, masks=completed(task.masks))
            trouble = _paint_picture(folder, pictures, settings, inputs, interruption)
    if isinstance(trouble, InputError):
        raise trouble
    return trouble is None


def _paint_picture(
    folder: Path,
    pictures: Pictures,
    settings: Settings,
    inputs: Inputs,
    interruption: Callable[[], KeyboardInterrupt | None],
) -> InputError | KeyboardInterrupt | None:
    """Paint a picture as `picture.png` in a folder; return what ended it early."""
    output, found = folder / "picture.png", checkpoint.load(folder)
    began = time.monotonic()
    if found is None and (first := preview(pictures, settings)) is not None:
        progress_writer(folder, pictures, settings, (), began=began)(first, {})
    run = open_run(
        settings,
        inputs,
        pictures,
        output=output,
        checkpoints=Checkpoints(checkpoint=folder, checkpoint_every=KEEP_EVERY),
        found=found,
    )
    show = progress_writer(
        folder,
        run.pictures,
        settings,
        run.schedule.costs,
        stages=run.schedule.stages,
        began=began,
    )

    def write(last: Progress, curves: Curves, early: bool) -> None:
        run.save(output, last.best, interrupted=last.step if early else None)
        show(last, curves, whole=True)

    ended = paint_run(
        run,
        watching=contextlib.nullcontext(show),
        write=write,
        interruption=interruption,
    )
    return ended.trouble


def _unlink(folder: Path, task: Task) -> None:
    """Remove links, by which files elsewhere would be read and replaced; refuse those to pictures.

    Raises `InputError`.
    """
    for path in folder.iterdir():
        if path.is_symlink():
            path.unlink()
    paths = [task.content, *task.styles, *filter(None, task.masks)]
    if any(Path(path).is_symlink() for path in paths):
        raise InputError("a picture of this run is a symbolic link; choose it again")


def _stop_at_the_end() -> None:
    while os.read(0, 1 << 16):
        pass
    _thread.interrupt_main(signal.SIGTERM)


if __name__ == "__main__":
    main()
    threads.leave(0)
    sys.exit(0)
