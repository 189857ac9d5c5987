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
    """The sound of a film, from a time on: of its time stamps, in seconds; or the whole of it."""

    path: Path
    begin: Fraction
    whole: bool


def no_sound(until: Fraction | None) -> None:
    """Copy nothing: there is no sound."""


@contextlib.contextmanager
def copied(container: Any, sound: Sound) -> Iterator[Callable[[Fraction | None], None]]:
    """Add the sound's streams to a film; yield a function that copies what begins before a time."""
    import av

    with av.open(os.fspath(sound.path)) as source:
        streams = {
            one.index: container.add_stream_from_template(one) for one in source.streams.audio
        }
        packets = _heard(source, sound)
        waiting = next(packets, None)

        def copy(until: Fraction | None) -> None:
            nonlocal waiting
            while waiting is not None:
                if until is not None and waiting.pts * waiting.time_base - sound.begin >= until:
                    return
                packet, index = waiting, waiting.stream.index
                shift = round(sound.begin / packet.time_base)
                packet.pts -= shift
                if packet.dts is not None:
                    packet.dts -= shift
                packet.stream = streams[index]
                container.mux(packet)
                waiting = next(packets, None)

        yield copy


def _heard(source: Any, sound: Sound) -> Iterator[Any]:
    """Yield the packets of sound that end after the time at which it is to begin, or all."""
    for packet in source.demux(source.streams.audio):
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
