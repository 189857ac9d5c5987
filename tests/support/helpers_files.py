"""What tests of picture files share: pictures, profiles, and how to look at what was read."""

import struct

import numpy as np
from PIL import ImageCms

from jnst.pictures import files

SUFFIXES = sorted(files.WRITERS)
RNG = np.random.default_rng(0)


PIXELS = RNG.integers(0, 256, (7, 5, 3), dtype=np.uint8)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def levels(image):
    """8-bit levels of what `read` returned, after checking its contract."""
    assert image.dtype == np.float32
    assert image.shape[0] == 1
    assert image.shape[3] == 3
    assert image.min() >= 0
    assert image.max() <= 1
    return np.rint(image[0] * 255).astype(int)


def smooth(height=40, width=60):
    """A picture that lossy formats keep well."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return np.stack([x, y, (x + y) / 2], axis=-1)[None].astype(np.float32)


def linear_profile():
    """The sRGB profile with its tone curve replaced by a straight line."""
    at = SRGB.index(b"para") + 8
    return SRGB[:at] + struct.pack(">HHI", 0, 0, 1 << 16) + SRGB[at + 8 :]


def black_ink_profile():
    """A CMYK profile for which only black makes a picture darker: L* = 100 (1 - K)."""
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + (np.eye(3) * 65536).astype(">i4").tobytes()
    table += (
        bytes(range(256)) * 4 + bytes([255, 128, 128, 0, 128, 128]) * 2**3 + bytes(range(256)) * 3
    )
    head = struct.pack(
        ">I4sI4s4s4s", 144 + len(table), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head += SRGB[24:64] + bytes(4) + SRGB[68:80]
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    return head.ljust(128, b"\0") + tags + table


def srgb_encoded(v):
    return np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)


def alpha_of(source):
    return files.read_with_alpha(source)[1]


def alpha_levels(source):
    """8-bit levels of the alpha that `read_with_alpha` returned, after checking its contract."""
    alpha = alpha_of(source)
    assert alpha.dtype == np.float32
    assert alpha.shape == (*files.read(source).shape[:3], 1)
    np.testing.assert_allclose(alpha * 255, np.rint(alpha * 255), atol=1e-4)
    return np.rint(alpha[0, ..., 0] * 255).astype(int)
