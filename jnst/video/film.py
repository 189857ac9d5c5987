"""Films, decoded by PyAV, which brings FFmpeg along: mp4, mov, webm, mkv, avi, gif and more."""

import bisect
import itertools
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from jnst.errors import InputError
from jnst.system import disk
from jnst.video.stills import STILL

KEPT = 16
"""So many decoded frames are kept, at most, for those who go backwards."""
KEPT_BYTES = 2**28
"""Bytes that they may take, all but the newest."""
FAR = 300
"""Frames; farther ahead it is quicker to seek than to decode all between."""
LOST = 3
"""So many frames at the end may not be decoded; the last one there is stands for them."""
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")
"""FFmpeg's names of the formats with an index of key frames: in others a seek is a guess."""
HIGH = 720
"""Lines from which a film that does not name its colours is taken for BT.709, as players do; below
for BT.601."""
_UNNAMED, _BT709 = 2, 1
HDR = {16: "HDR (PQ)", 18: "HDR (HLG)"}
"""Transfer functions of films that are brighter than a screen, by FFmpeg's numbers."""
_OF_STILLS = ("_pipe", "image2")
"""How the names of FFmpeg's formats of single pictures end."""
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders of alpha, where FFmpeg's own leave it out."""


class Film:
    """A film that is open for reading; see `jnst.video.frames.Clip`.

    Frames come upright, in the film's own size, as RGB of full range by the matrix and range that
    the film names. Those of more than 8 bits have 16. Light beyond that of a screen (HDR) is not
    mapped: `notes` say so.
    """

    def __init__(self, path: Path) -> None:
        """Open a film and read the times of its frames.

        Raises `InputError` for what is no film, or has no pictures.
        """
        self.path = path
        self._failure = f"cannot read {os.fspath(path)!r}"
        with disk.guarded(self._failure):
            disk.check_regular(path)
            stamps, last, self._in_order = self._scan()
        self._index = {stamp: number for number, stamp in enumerate(stamps)}
        self._stamps, self._base = stamps, self._stream.time_base or Fraction(1, 1000)
        self.begin = stamps[0] * self._base
        """The time stamp of the first frame, in seconds: sound may begin before or after it."""
        self.times: Sequence[Fraction] = [(stamp - stamps[0]) * self._base for stamp in stamps]
        self.duration = (last - stamps[0]) * self._base
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()
        self._frames: Iterator[Any] | None = None
        self._next, self._rotation, self._light = 0, 0, _UNNAMED
        self.transparent = self.frame(0).shape[2] == 4

    @property
    def notes(self) -> list[str]:
        """Say what is not shown as it was meant."""
        if self._light not in HDR:
            return []
        return [f"{self.path} is {HDR[self._light]}: its light is not mapped to that of a screen"]

    @property
    def sound(self) -> Path | None:
        """The film itself if it has sound."""
        return self.path if self._container.streams.audio else None

    @property
    def pixel_aspect(self) -> Fraction:
        """The width of a pixel by its height."""
        found = Fraction(self._stream.sample_aspect_ratio or 1) or Fraction(1)
        return 1 / found if self._rotation % 180 else found

    def frame(self, number: int) -> np.ndarray:
        """Return a frame by its number from 0."""
        if number not in self._kept:
            with disk.guarded(f"{self._failure} beyond frame {max(number, 1)}"):
                self._decode_to(number)
        return self._kept[number]

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _open(self) -> None:
        self._container = av.open(os.fspath(self.path))
        films = [one for one in self._container.streams.video if not _is_cover(one)]
        if not films:
            raise InputError("it has no moving picture")
        if self._container.format.name.endswith(_OF_STILLS):
            raise InputError(STILL)
        self._stream = films[0]
        self._stream.thread_type = "AUTO"
        self._decoder: Any = None
        name = self._stream.codec_context.name
        if self._stream.metadata.get("alpha_mode") == "1" and name in _WITH_ALPHA:
            self._decoder = av.CodecContext.create(_WITH_ALPHA[name], "r")
            self._decoder.extradata = self._stream.codec_context.extradata

    def _scan(self) -> tuple[list[int], int, bool]:
        """Read the time stamps of all frames, without decoding them, and that of the end.

        Some formats, as .avi, have none, or FFmpeg's guesses, which are not distinct: then frames
        are known by their order alone, which is also returned.
        """
        self._open()
        found, order, step = {}, [], 1
        for packet in self._container.demux(self._stream):
            if packet.size and not packet.is_discard:
                found[packet.pts] = packet.duration or 0
                order.append(packet.dts)
        in_order = len(found) < len(order) or None in found
        if in_order:
            found = {stamp: found.get(stamp, 0) for stamp in order if stamp is not None}
        if not found:
            raise InputError("it holds no frames with times")
        stamps = sorted(found)
        if len(stamps) > 1:
            step = max(1, round((stamps[-1] - stamps[0]) / (len(stamps) - 1)))
        elif self._stream.average_rate and self._stream.time_base:
            step = max(1, round(1 / self._stream.average_rate / self._stream.time_base))
        self._container.close()
        self._open()
        return stamps, stamps[-1] + (found[stamps[-1]] or step), in_order

    def _decode_to(self, number: int) -> None:
        """Decode until a frame is there; from its key frame, where that lies behind."""
        far = self._container.format.name in INDEXED and number >= self._next + FAR
        if self._frames is None or number < self._next or far:
            self._seek(number)
        assert self._frames is not None
        before = None
        for frame in self._frames:
            found = self._number(frame)
            if found is None:
                continue
            self._next = found + 1
            if found > number and before is not None:  # lost: the one before is shown for longer
                self._keep(found, frame)
                self._keep(number, before)
                return
            if found > number - KEPT:
                self._keep(found, frame)
            if found >= number:
                self._kept[number] = self._kept[found]
                return
            before = frame
        if before is None or number - self._next > LOST:
            raise InputError("the file ends there; it is damaged")
        self._keep(number, before)

    def _seek(self, number: int) -> None:
        """Begin at the last key frame before a frame; at the first, where the format has no index.

        A seek may come too late, after a key frame that later ones lean on: then earlier.
        """
        ways = (0, 2, 8, 32) if self._container.format.name in INDEXED and number else ()
        for seconds in (*ways, None):
            self._container.close()
            self._open()
            self._next = 0
            if seconds is not None:
                stamp = self._stamps[number] - round(seconds / self._base)
                self._container.seek(max(stamp, self._stamps[0]), stream=self._stream)
            frames = self._decoded()
            first = next(frames, None)
            self._frames = iter(()) if first is None else itertools.chain([first], frames)
            if first is not None and (self._number(first) or 0) <= number:
                return

    def _decoded(self) -> Iterator[Any]:
        if self._decoder is None:
            yield from self._container.decode(self._stream)
            return
        for packet in self._container.demux(self._stream):
            yield from self._decoder.decode(packet if packet.size else None)

    def _number(self, frame: Any) -> int | None:
        """Return which frame this is; None for one outside of the film's own time."""
        if frame.pts is None or self._in_order:
            return min(self._next, len(self._stamps) - 1)
        if frame.pts in self._index:
            return self._index[frame.pts]
        found = bisect.bisect_right(self._stamps, frame.pts) - 1
        return found if found >= self._next else None

    def _keep(self, number: int, frame: Any) -> None:
        self._rotation, self._light = frame.rotation, int(frame.color_trc)
        picture = _upright(_levels(frame), frame.rotation)
        self._kept[number] = picture
        self._kept.move_to_end(number)
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT or len(self._kept) * picture.nbytes > KEPT_BYTES
        ):
            self._kept.popitem(last=False)


def _is_cover(stream: Any) -> bool:
    """Tell whether a stream is the picture on the sleeve of a sound file."""
    return bool(stream.disposition & Disposition.attached_pic)


def _levels(frame: Any) -> np.ndarray:
    """Return a frame as RGB, or with alpha where its format has that, of 8 or 16 bits."""
    components = frame.format.components
    deep = max(one.bits for one in components) > 8
    alpha = any(one.is_alpha for one in components) or frame.format.name == "pal8"
    name = ("rgba64le" if alpha else "rgb48le") if deep else ("rgba" if alpha else "rgb24")
    options: dict[str, Any] = {}
    if frame.colorspace == _UNNAMED and not frame.format.is_rgb and frame.height >= HIGH:
        options["src_colorspace"] = _BT709
    levels = frame.reformat(format=name, **options).to_ndarray()
    if alpha and deep:  # FFmpeg shifts alpha up to 16 bits: opaque is then less than all of it
        bits = max(one.bits for one in components if one.is_alpha)
        opaque = ((1 << bits) - 1) << (16 - bits)
        levels[..., 3] = (levels[..., 3].astype(np.float32) * (65535 / opaque)).round()
    return levels


def _upright(picture: np.ndarray, rotation: int) -> np.ndarray:
    """Turn a picture as the film asks for, by quarters; `rotation` is counter-clockwise."""
    return np.ascontiguousarray(np.rot90(picture, round(rotation / 90)))
