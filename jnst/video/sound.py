"""Sound of a film, copied into another without being decoded."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from jnst.errors import InputError


class Sound(NamedTuple):
    """The sound of a film: the whole of it, or a part that begins at a time stamp, in seconds.

    `late` is how long the sound goes before the first frame is shown; 0 but for odd films.
    """

    path: Path
    begin: Fraction
    whole: bool
    late: Fraction = Fraction(0)


EARLY = Fraction(1, 10)
"""Seconds. Codecs need a little sound before the first they play; more is meant to be heard."""


def sound_of(path: Path, begin: Fraction, *, whole: bool) -> Sound:
    """Describe the sound of a film whose first frame, or that of its part, is at a time stamp."""
    import av

    late = Fraction(0)
    with av.open(os.fspath(path)) as source:
        packets = source.demux(source.streams.audio) if whole else ()
        starts = (
            one.pts * one.time_base for one in packets if one.pts is not None and one.time_base
        )
        first = next(starts, begin)
        late = begin - first
    return Sound(path, begin, whole, late if late > EARLY else Fraction(0))


def no_sound(until: Fraction | None) -> None:
    """Copy nothing: there is no sound."""


@contextlib.contextmanager
def copied(container: Any, sound: Sound) -> Iterator[Callable[[Fraction | None], None]]:
    """Add the sound's streams to a film; yield a function that copies what begins before a time."""
    with contextlib.ExitStack() as stack:
        streams = [
            _one(container, sound, number, stack) for number in range(_count_streams(sound.path))
        ]

        def copy(until: Fraction | None) -> None:
            for stream in streams:
                stream(until)

        yield copy


def _count_streams(path: Path) -> int:
    import av

    with av.open(os.fspath(path)) as source:
        return len(source.streams.audio)


def _one(
    container: Any, sound: Sound, number: int, stack: contextlib.ExitStack
) -> Callable[[Fraction | None], None]:
    """Add one stream; each is read on its own, for they need not lie side by side in the file."""
    import av

    source = stack.enter_context(av.open(os.fspath(sound.path)))
    stream = container.add_stream_from_template(source.streams.audio[number])
    packets = _heard(source, number, sound)
    waiting = next(packets, None)
    zero = sound.begin - sound.late

    def copy(until: Fraction | None) -> None:
        nonlocal waiting
        while waiting is not None:
            packet = waiting
            if until is not None and packet.pts * packet.time_base - zero >= until:
                return
            shift = round(zero / packet.time_base)
            packet.pts -= shift
            if packet.dts is not None:
                packet.dts -= shift
            packet.stream = stream
            container.mux(packet)
            waiting = next(packets, None)

    return copy


def _heard(source: Any, number: int, sound: Sound) -> Iterator[Any]:
    """Yield the packets of a stream that end after the time at which it is to begin, or all."""
    for packet in source.demux(source.streams.audio[number]):
        if packet.pts is None or not packet.size:
            continue
        end = (packet.pts + (packet.duration or 0)) * packet.time_base
        if sound.whole or end > sound.begin:
            yield packet


def check_sound(sound: Sound, suffix: str, form: str) -> None:
    """Raise an `InputError` where a format does not hold this kind of sound."""
    import av

    with av.open(os.fspath(sound.path)) as source:
        names = sorted({one.codec_context.name for one in source.streams.audio})
        try:
            with av.open(io.BytesIO(), "w", format=form) as container:
                for one in source.streams.audio:
                    container.add_stream_from_template(one)
                container.start_encoding()
        except Exception:
            raise InputError(
                f"the sound of {sound.path} is {', '.join(names)}, which {suffix} does not hold; "
                "choose .mkv, or leave it out by --no-sound"
            ) from None
