"""Files of optical flow: Middlebury's .flo, and .npz.

A flow is [h, w, 2] in pixels, x before y: what is at p in one frame is at p + flow[p] in another.

- .flo: the number 202021.25, width and height, then x and y of each pixel, row by row, all in four
  bytes, the lowest first. Baker et al. 2011, "A Database and Evaluation Methodology for Optical
  Flow", where a motion above 1e9 says that it is unknown; here such a file is refused.
- .npz, NumPy's: one array called `flow`, in any precision.
"""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from jnst.errors import InputError
from jnst.system import disk
from jnst.video.warp import Flow
from jnst.weights.formats import npz

KEY = "flow"
"""The name of the array in an .npz."""
LONGEST = 65_535
"""Pixels of a side, at most."""
FARTHEST = 1e6
"""Pixels of a motion, at most."""
_MAGIC = struct.pack("<f", 202021.25)  # which reads PIEH
_HEADER = struct.Struct("<4sii")


def read(path: Path) -> Flow:
    """Read the flow in a file, by its suffix; return float32 numbers.

    Raises `InputError` for a suffix that is none of `KINDS`, and for what cannot be read, is cut
    off, too long or too large, or holds anything but finite numbers and a motion for every pixel.
    """
    decode = KINDS[disk.check_suffix(path, KINDS)][0]
    with disk.guarded(f"cannot read the flow {str(path)!r}"):
        disk.check_regular(path)
        return _checked(decode(path))


def write(path: Path, flow: Float[np.ndarray, "h w 2"]) -> None:
    """Write a flow, in float32, as the suffix says; `InputError` for what `read` would refuse."""
    encode = KINDS[disk.check_suffix(path, KINDS)][1]
    with disk.guarded(f"cannot write the flow {str(path)!r}"):
        data = encode(_checked(flow))
    disk.write_bytes(path, data)


def _checked(flow: np.ndarray) -> Flow:
    if flow.ndim != 3 or flow.shape[2] != 2 or flow.dtype.kind != "f":
        raise InputError(f"it has {flow.dtype} {flow.shape}, not numbers of height x width x 2")
    _check_sides(*flow.shape[1::-1])
    if not np.isfinite(flow).all():
        raise InputError("it has what is no finite number")
    if np.abs(flow).max() > FARTHEST:
        raise InputError(f"it has motions of more than {FARTHEST:g} pixels, or unknown ones")
    return flow.astype(np.float32)


def _check_sides(width: int, height: int) -> None:
    if not (0 < width <= LONGEST and 0 < height <= LONGEST):
        raise InputError(f"{width} x {height} is no size; sides are 1 to {LONGEST} pixels")


def _read_flo(path: Path) -> np.ndarray:
    with open(path, "rb") as stream:
        header = stream.read(_HEADER.size)
        if header[:4] != _MAGIC or len(header) < _HEADER.size:
            raise InputError("it does not begin as a .flo does, with PIEH, width and height")
        _, width, height = _HEADER.unpack(header)
        _check_sides(width, height)
        size, declared = path.stat().st_size, _HEADER.size + 8 * width * height
        if size != declared:  # before as much is read
            raise InputError(f"it has {size} bytes; {width} x {height} pixels take {declared}")
        return np.frombuffer(stream.read(), "<f4").reshape(height, width, 2)


def _bytes_of_flo(flow: Flow) -> bytes:
    height, width, _ = flow.shape
    return _HEADER.pack(_MAGIC, width, height) + flow.astype("<f4").tobytes()


def _read_npz(path: Path) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        if KEY not in names:
            raise InputError(f"it has no array {KEY!r}, but {', '.join(names)[:200] or 'nothing'}")
        most = npz.LARGEST + 8 * path.stat().st_size
        return npz.array(archive, f"{KEY}.npy", most, kinds="f")


def _bytes_of_npz(flow: Flow) -> bytes:
    stream = io.BytesIO()
    arrays: dict[str, Any] = {KEY: flow}
    np.savez(stream, **arrays)  # one of zeros, compressed, would unpack to more than is read
    return stream.getvalue()


KINDS: Mapping[str, tuple[Callable[[Path], np.ndarray], Callable[[Flow], bytes]]] = {
    ".flo": (_read_flo, _bytes_of_flo),
    ".npz": (_read_npz, _bytes_of_npz),
}
"""Suffixes in small letters, with what reads a file and what makes its bytes."""
