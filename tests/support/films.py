"""Small films that tests make: a scene that moves, with a tone."""

from fractions import Fraction

import av
import numpy as np
import scipy.ndimage

from jnst.pictures import files

COUNT = 5
"""Frames of the film of `make_inputs`."""
STYLE = np.random.default_rng(0).random((24, 24, 3), np.float32)
"""The painting of `make_inputs`."""
WORDS = [
    *("--size", "32", "--steps", "4", "--frame-steps", "2", "--first-size", "None"),
    *("--style-loss", "gram", "--engine", "byhand"),
]
"""Options of a film that takes a second."""


def make_inputs(folder):
    """Write a film with sound, `clip.mp4`, and a painting, `style.png`; return their folder."""
    make(folder / "clip.mp4", [scene(i) for i in range(COUNT)], sound="aac")
    files.write(folder / "style.png", STYLE)
    return folder


def scene(number, *, height=24, width=32, speed=(1, 0)):
    """A frame of smooth noise that moves to the left, uint8 (h, w, 3)."""
    noise = np.random.default_rng(0).random((height + 40, width + 60, 3))
    smooth = scipy.ndimage.gaussian_filter(noise, (1.5, 1.5, 0))
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    x, y = (step * number for step in speed)
    return np.ascontiguousarray(np.rint(smooth[y : y + height, x : x + width] * 255), np.uint8)


def make(
    path,
    frames,
    *,
    rate=10,
    codec="libx264",
    pixels="yuv444p",
    times=None,
    sound=None,
    form="rgb24",
    options=None,
    prepare=lambda stream: None,
    convert=None,
):
    """Write frames, arrays (h, w, 3 or 4), as a film; `sound` is the name of a codec."""
    options = {"crf": "1"} if options is None else options
    with av.open(str(path), "w") as container:
        film = container.add_stream(codec, rate=rate, options=dict(options))
        film.height, film.width = frames[0].shape[:2]
        film.pix_fmt = pixels
        base = Fraction(1, 1000)
        film.time_base = film.codec_context.time_base = base
        prepare(film)
        tone = None if sound is None else container.add_stream(sound, rate=48000)
        times = [Fraction(i, rate) for i in range(len(frames))] if times is None else times
        for levels, time in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(levels), format=form)
            if convert is not None:
                frame = frame.reformat(format=pixels, **convert)
            frame.pts, frame.time_base = round(time / base), base
            container.mux(film.encode(frame))
        container.mux(film.encode())
        if tone is not None:
            _add_tone(container, tone, len(frames) / rate)
    return path


def _add_tone(container, tone, seconds):
    wave = np.sin(np.arange(round(48000 * seconds)) * 0.06) * 9000
    for start in range(0, len(wave), 960):
        part = np.ascontiguousarray(wave[None, start : start + 960], np.int16)
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, start
        container.mux(tone.encode(frame))
    container.mux(tone.encode())


def packets(path):
    """List the time of each packet of sound in a film, in seconds, and its bytes."""
    with av.open(str(path)) as container:
        found = container.demux(container.streams.audio[0])
        return [(float(one.pts * one.time_base), bytes(one)) for one in found if one.size]
