"""Seeds for fuzzing the readers of pictures, and what each mutated file has to pass."""

import contextlib
import io
import tempfile

import numpy as np
import PIL.Image
import tifffile
from PIL import ImageCms

from jnst.errors import InputError
from jnst.pictures import files

LIMIT = 1 << 16
"""How many pixels a picture may have here; the seeds have 64."""


def seeds():
    """One small file of each kind that `files` can read: name -> bytes."""
    rgba = np.random.default_rng(0).integers(0, 256, (8, 8, 4), dtype=np.uint8)
    picture, exif = PIL.Image.fromarray(rgba), PIL.Image.Exif()
    exif[0x0112], exif[0x010E] = 6, '{"steps": 3}'
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    grey = profile.replace(b"RGB XYZ", b"GRAYXYZ").replace(b"rTRC", b"kTRC")
    both, more = {"exif": exif, "icc_profile": profile}, {"append_images": [picture.rotate(90)]}
    by_pillow = {
        "avif": ("RGBA", both),
        "bmp": ("RGB", {}),
        "gif": ("RGBA", more | {"save_all": True}),
        "jpeg": ("RGB", both),
        "cmyk.jpeg": ("CMYK", {}),
        "progressive.jpeg": ("L", {"progressive": True, "icc_profile": grey}),
        "jpeg2000": ("RGBA", {}),
        "png": ("RGBA", both),
        "palette.png": ("P", {"transparency": bytes(range(64)), "exif": exif}),
        "grey.png": ("LA", {"icc_profile": grey}),
        "animated.png": ("RGB", more | {"save_all": True}),
        "ppm": ("RGB", {}),
        "tga": ("RGBA", {"compression": "tga_rle"}),
        "tiff": ("RGBA", both),
        "jpeg.tiff": ("YCbCr", {"compression": "jpeg"}),
        "lzw.tiff": ("CMYK", {"compression": "tiff_lzw"}),
        "fax.tiff": ("1", {"compression": "group4"}),
        "pages.tiff": ("P", more | {"save_all": True}),
        "webp": ("RGBA", both),
        "animated.webp": ("RGB", more | {"save_all": True, "lossless": True}),
    }
    found = {}
    for name, (mode, options) in by_pillow.items():
        stream = io.BytesIO()
        picture.convert(mode).save(stream, format=name.split(".")[-1], **options)
        found[name] = stream.getvalue()
    deep = rgba * np.uint16(257)
    for name, levels, options in (
        ("deep.tiff", deep, {"iccprofile": profile}),
        ("zlib.tiff", deep, {"compression": "zlib", "predictor": True, "rowsperstrip": 3}),
        ("tiled.tiff", deep / np.float32(65535), {"tile": (16, 16), "compression": "lzw"}),
        ("planes.tiff", np.moveaxis(deep, -1, 0), {"planarconfig": "separate", "byteorder": ">"}),
        (
            "half.tiff",
            (deep / 65535).astype(np.float16),
            {"bigtiff": True, "predictor": True, "compression": "zstd"},
        ),
    ):
        stream = io.BytesIO()
        levels = np.ascontiguousarray(levels)
        tifffile.imwrite(stream, levels, photometric="rgb", extrasamples=[1], **options)
        found[name] = stream.getvalue()
    with tempfile.TemporaryFile() as file:
        files.DEEP[".png"](file, deep, exif)
        file.seek(0)
        found["deep.png"] = file.read()
    stream = io.BytesIO()
    PIL.Image.fromarray(deep[..., 0]).save(stream, format="PPM")
    found["deep.pgm"] = stream.getvalue()
    return found


def attempt(path):
    """Read a file in every way; all that may come of it is a picture or an `InputError`."""
    with contextlib.suppress(InputError):
        image, alpha = files.read_with_alpha(path)
        assert image.dtype == np.float32
        assert 0 < image[..., 0].size <= LIMIT
        assert 0 <= image.min() <= image.max() <= 1
        assert alpha is None or alpha.shape == (*image.shape[:3], 1)
    with contextlib.suppress(InputError):
        files.read_settings(path)
    files.is_animated(path)
