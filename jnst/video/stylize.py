"""A film in one call: `jnst.stylize_video`."""

import dataclasses
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from jnst.methods.keywords import check_names, replaced, with_keywords
from jnst.runs.log import LOG
from jnst.runs.result import Written
from jnst.transfer.keywords import Quality
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.pictures import Several, several
from jnst.transfer.quality import times, with_quality
from jnst.transfer.settings import MethodName, Settings
from jnst.video.keywords import Keywords
from jnst.video.making import begun, paint, write
from jnst.video.presets import preset as preset_called
from jnst.video.recipe import Moment
from jnst.video.run import Given
from jnst.video.settings import Part, VideoSettings, check, check_meant

Callback = Callable[[Moment], object]
"""A function that is told of each finished frame."""


@dataclass(frozen=True)
class VideoResult(Written):
    """A film that was painted: the path of its file, and how. It will do wherever a path does."""

    frames: int
    """How many frames it has."""
    settings: Settings = dataclasses.field(repr=False)
    """What each frame was painted with: those of preset and quality, too."""
    video: VideoSettings = dataclasses.field(repr=False)
    """How the frames were held together."""


@with_keywords(Keywords, Settings, VideoSettings)
def stylize_video(
    clip: str | os.PathLike[str],
    style: Several,
    output: str | os.PathLike[str],
    *,
    masks: Several = (),
    begin: float = 0.0,
    end: float | None = None,
    every: int = 1,
    rate: float | None = None,
    sound: bool = True,
    flow_files: str | os.PathLike[str] | None = None,
    callback: Callback | None = None,
    verbose: bool = False,
    preset: str = "default",
    quality: Quality = "normal",
    method: MethodName = "pixels",
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    **settings: Unpack[Keywords],
) -> VideoResult:
    """Paint a film in the manner of `style`, frame by frame, each held to the one before it.

    Args:
        clip: .mp4 .mov .webm .mkv .avi .gif and what else FFmpeg reads; or numbered pictures, as a
            folder or as in frame-%04d.png.
        style: the painting, or a list of several, as `jnst.stylize` takes them; or the file of a
            trained network; or (), for the method `multistyle`.
        output: where the film goes: .mp4 .mov .mkv .webm .gif .webp, or numbered pictures. What is
            there is replaced.
        masks: one picture for each region, the same in all frames.
        begin: where in the film to begin, in seconds.
        end: where to end; by default where the film does.
        every: take every so many frames.
        rate: frames a second of numbered pictures; by default 25.
        sound: copy the sound.
        flow_files: a folder of the motion: forward_1_2.flo, backward_2_1.flo and so on.
        callback: is called with a `jnst.video.recipe.Moment` whenever a frame is finished: how many
            are, of how many, and its last step.
        verbose: show a live line on the terminal, as the command does.
        preset: a published system, whose settings it begins with: a name in
            `jnst.video.presets.PRESETS` or `jnst.transfer.presets.PRESETS`.
        quality: "draft", "normal" or "best": 0.3, 1 or 3 times as many steps; or "instant", each
            frame in one pass.
        method: what paints the frames: a name in `jnst.transfer.methods.METHODS`.
        checkpoint: the folder where finished frames are kept until the film is whole; by default
            the output with `.frames` at its end.
        resume: go on with the film in that folder, if one is there, by the same arguments.
        **settings: those below, which take precedence over those of the preset. Where several
            values are meant, a list will do, or one value alone.

    Returns:
        The film, a path with its number of frames and its settings.

    Raises:
        InputError: for what cannot be read, used or written; for frames of an earlier run, without
            `resume`. What comes after the first frame is raised when the film as far as it is
            painted has been written. So is what Ctrl-C raises; the frames are then kept.

    Warns where a mask has another shape than the film. Tells the logger "jnst" what it does.

    """
    check_names(stylize_video, settings)
    chosen, video = preset_called(preset)
    styles, video = several(style), replaced(video, settings)
    chosen = with_styles(replaced(chosen, {**settings, "method": method}), styles)
    chosen = with_quality(chosen, quality, preset=preset)
    check(video)
    check_meant(video, chosen.method)
    video = dataclasses.replace(video, frame_steps=times(video.frame_steps, quality))
    path, motion = Path(output), None if flow_files is None else Path(flow_files)
    part = Part(begin, end, every)
    given = Given(Path(clip), styles, part, rate, several(masks), motion)
    folder = None if checkpoint is None else Path(checkpoint)
    options = {"sound": sound, "folder": folder, "resume": resume, "how": "resume=True"}

    def tell(moment: Moment) -> None:
        LOG.info("frame %d of %d", moment.done, moment.count)
        if callback is not None:
            callback(moment)

    with begun(given, path, chosen, video, **options) as (opened, store):
        for note in opened.notes:
            warnings.warn(note, stacklevel=2)
        began = time.monotonic()
        trouble = paint(opened, store, tell, quiet=not verbose)
        count, _ = write(opened, store, path, trouble)
        LOG.info("wrote %s, %d frames, in %.1f s", path, count, time.monotonic() - began)
        if trouble is not None:
            raise trouble
    return VideoResult(path, count, chosen, video)
