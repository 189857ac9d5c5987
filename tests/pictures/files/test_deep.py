"""More than 8 bits: PNG and TIFF keep them all, in and out."""

import itertools
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers_files import SRGB, linear_profile, srgb_encoded

from jnst.errors import InputError
from jnst.pictures import files

VALUES = np.random.default_rng(1).random((9, 7, 4))
SETTINGS = {"style": "Große Welle", "steps": [1, 2]}


def seen(values):
    """What `read` and the alpha should be for (h, w, 1 to 4) in [0, 1]."""
    count = values.shape[2]
    colours = values[..., : 3 if count > 2 else 1]
    alpha = values[..., -1:] if count in (2, 4) else np.ones_like(colours[..., :1])
    return np.repeat(colours * alpha + 1 - alpha, 3 // colours.shape[2], axis=-1), alpha


def check(path, values):
    got, alpha = files.read_with_alpha(path)
    expected, opacity = seen(values)
    np.testing.assert_allclose(got[0], expected, atol=3e-7)
    assert got.dtype == np.float32
    if values.shape[2] in (2, 4):
        np.testing.assert_allclose(alpha[0], opacity, atol=1e-7)
    else:
        assert alpha is None


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "float16", "float32", "float64"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_layout_of_tiff(tmp_path, dtype, count):
    peak = np.iinfo(dtype).max if "u" in dtype else 1
    stored = (VALUES[..., :count] * peak).astype(dtype)
    written = stored[..., 0] if count == 1 else stored
    packed = [(None, False), ("lzw", True), ("zlib", True), ("packbits", False), ("zstd", False)]
    planes = ("contig", "separate") if count > 2 else ("contig",)
    for (compression, predictor), tile, order, plane in itertools.product(
        packed, (None, (16, 16)), "<>", planes
    ):
        tifffile.imwrite(
            tmp_path / "a.tif",
            np.ascontiguousarray(np.moveaxis(stored, -1, 0)) if plane == "separate" else written,
            photometric="rgb" if count > 2 else "minisblack",
            planarconfig=plane,
            extrasamples=["unassalpha"] if count in (2, 4) else None,
            compression=compression,
            predictor=predictor,
            tile=tile,
            byteorder=order,
            bigtiff=tile is not None,
        )
        check(tmp_path / "a.tif", stored.astype(np.float64) / peak)


def test_tiff_of_12_bits_multiplied_by_alpha_and_white_at_zero(tmp_path):
    grey = np.uint16([[0, 4095, 1000]])
    packed = b"".join(int(v).to_bytes(2, "big") for v in (0x000F, 0xFF3E, 0x8000))
    tifffile.imwrite(tmp_path / "a.tif", grey, photometric="minisblack", bitspersample=16)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as found:
        page = found.pages.first
        data[page.tags[258].valueoffset] = 12
        data[page.dataoffsets[0] : page.dataoffsets[0] + 6] = packed
        data[page.tags[279].valueoffset] = 5
    (tmp_path / "a.tif").write_bytes(data)
    check(tmp_path / "a.tif", grey[..., None] / 4095)
    tifffile.imwrite(tmp_path / "white.tif", np.uint16([[0, 65535, 257]]), photometric="miniswhite")
    check(tmp_path / "white.tif", np.array([[[1], [0], [1 - 257 / 65535]]]))
    straight = np.dstack([VALUES[..., :3], VALUES[..., 3:].round(1)])  # some are zero
    multiplied = np.dstack([straight[..., :3] * straight[..., 3:], straight[..., 3:]])
    tifffile.imwrite(
        tmp_path / "pre.tif",
        multiplied.astype(np.float32),
        photometric="rgb",
        extrasamples=["assocalpha"],
    )
    check(tmp_path / "pre.tif", straight)
    tifffile.imwrite(
        tmp_path / "extra.tif", VALUES, photometric="rgb", extrasamples=["unspecified"]
    )
    check(tmp_path / "extra.tif", VALUES[..., :3])  # what is not called alpha is none


@pytest.mark.parametrize("orientation", range(1, 10))
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_they_are_turned_as_pictures_of_8_bits_are(tmp_path, suffix, orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    levels = (VALUES * 255).astype(np.uint8)
    PIL.Image.fromarray(levels).save(tmp_path / "shallow.png", exif=exif)
    path = tmp_path / f"deep{suffix}"
    files.write(path, levels[None, ..., :3] / 255, alpha=levels[None, ..., 3:] / 255, depth=16)
    if suffix == ".tif":
        tags = [(0x0112, 3, 1, orientation, True)]
        deep = np.asarray(levels, np.uint16) * 257
        tifffile.imwrite(path, deep, photometric="rgb", extrasamples=[2], extratags=tags)
    else:
        data, piece = path.read_bytes(), exif.tobytes().removeprefix(b"Exif\0\0")
        at = data.index(b"eXIf") - 4
        rest = data[at + 12 + int.from_bytes(data[at : at + 4], "big") :]
        path.write_bytes(data[:at] + chunk(b"eXIf", piece) + rest)
    for got, expected in zip(
        files.read_with_alpha(path), files.read_with_alpha(tmp_path / "shallow.png"), strict=True
    ):
        np.testing.assert_allclose(got, expected, atol=2e-7)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "float.tif", "grey.tif", "grey.png"])
@pytest.mark.parametrize("rows", [9, 3, 1])  # as many as channels, too
def test_icc_profiles_are_converted_with_all_bits(tmp_path, name, rows):
    values, profile = VALUES[:rows, ..., :3], linear_profile()
    if name.startswith("grey"):
        values = values[..., :1]
        profile = profile.replace(b"RGB XYZ", b"GRAYXYZ").replace(b"rTRC", b"kTRC")
    levels = np.rint(values * 65535).astype(np.uint16)
    if name.endswith("png"):
        data = png(levels, 2 if values.shape[2] == 3 else 0)
        piece = chunk(b"iCCP", b"a\0\0" + zlib.compress(profile))
        (tmp_path / name).write_bytes(data[:33] + piece + data[33:])
    else:
        stored = values.astype(np.float32) if name.startswith("float") else levels
        tifffile.imwrite(
            tmp_path / name,
            stored,
            photometric="rgb" if values.shape[2] == 3 else "minisblack",
            iccprofile=profile,
        )
    expected = np.broadcast_to(srgb_encoded(levels / 65535), (*levels.shape[:2], 3))
    # The grey curve of lcms has 4096 steps and is coarse near black.
    np.testing.assert_allclose(files.read(tmp_path / name)[0], expected, atol=2e-4)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(levels, kind):
    """A PNG of 16 bits as its specification says: nothing that reads it has written it."""
    height, width = levels.shape[:2]
    rows = levels.astype(">u2").reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("count", "kind"), [(1, 0), (2, 4), (3, 2), (4, 6)])
def test_png(tmp_path, count, kind):
    levels = np.rint(VALUES[..., :count] * 65535).astype(np.uint16)
    (tmp_path / "a.png").write_bytes(png(levels, kind))
    check(tmp_path / "a.png", levels / 65535)


@pytest.mark.parametrize("kind", [0, 2])
def test_a_colour_key_of_16_bits(tmp_path, kind):
    levels = np.rint(VALUES[..., : kind + 1] * 65535).astype(np.uint16)
    data = png(levels, kind)
    key = chunk(b"tRNS", levels[2, 3].astype(">u2").tobytes())
    (tmp_path / "a.png").write_bytes(data[:33] + key + data[33:])
    alpha = np.ones((9, 7, 1))
    alpha[2, 3] = 0
    check(tmp_path / "a.png", np.dstack([levels / 65535, alpha]))


def parsed(path):
    """Levels and chunks of a PNG whose rows have any filter, by the specification alone."""
    data, chunks = path.read_bytes()[8:], {}
    while data:
        (length,) = struct.unpack(">I", data[:4])
        name, body = data[4:8], data[8 : 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[8 + length : 12 + length])[0]
        chunks[name] = chunks.get(name, b"") + body
        data = data[12 + length :]
    width, height, bits, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (bits, rest) == (16, [0, 0, 0])
    step = 2 * {2: 3, 6: 4}[kind]
    raw, rows = zlib.decompress(chunks[b"IDAT"]), [np.zeros(step * (width + 1), int)]
    for y in range(height):
        kind, *line = raw[y * (1 + step * width) :][: 1 + step * width]
        row = np.concatenate([np.zeros(step, int), line])
        for x in range(step, len(row)):
            a, b, c = row[x - step], rows[-1][x], rows[-1][x - step]
            near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[x] = (row[x] + [0, a, b, (a + b) // 2, near][kind]) % 256
        rows.append(row)
    levels = np.uint8(rows[1:])[:, step:].tobytes()
    return np.frombuffer(levels, ">u2").reshape(height, width, -1), chunks


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
def test_round_trip_to_one_in_65535(tmp_path, suffix, transparent):
    path = tmp_path / f"a{suffix}"
    values = VALUES[None].astype(np.float32)
    values[0, 0, 0] = 0, 1, -0.001, 1.001
    options = {"alpha": values[..., 3:]} if transparent else {}
    files.write(path, values[..., :3], depth=16, settings=SETTINGS, software="jnst 9", **options)
    expected = np.rint(values[0, ..., : 3 + transparent].clip(0, 1) * np.float64(65535))
    if suffix == ".png":
        got, chunks = parsed(path)
        assert zlib.decompress(chunks[b"iCCP"][6:])[36:] == SRGB[36:]
    else:
        with tifffile.TiffFile(path) as found:
            page = found.pages.first
            got = page.asarray()
            assert page.extrasamples == ((2,) if transparent else ())
            assert page.iccprofile[36:] == SRGB[36:]
            assert len(found.pages) == 1
    np.testing.assert_array_equal(got, expected)
    assert files.read_settings(path) == SETTINGS
    assert files.depth(path) == 16
    check(path, expected / 65535)
    with PIL.Image.open(path) as picture:  # what has 8 bits reads it too
        assert picture.getexif()[0x0131] == "jnst 9"
        assert np.abs(np.asarray(picture) - expected / 257).max() <= 1
    before = path.read_bytes()
    files.write(path, values[..., :3], depth=16, settings=SETTINGS, software="jnst 9", **options)
    assert path.read_bytes() == before
    files.write(path, values[..., :3], **options)
    assert files.read_settings(path) is None
    assert files.depth(path) == 8


@pytest.mark.parametrize(
    ("name", "depth", "says"),
    [
        ("a.jpg", 16, "unknown suffix for 16 bits '.jpg'; choose from .png, .tif, .tiff"),
        ("a.webp", 16, "choose from .png"),
        ("a.png", 12, "unknown depth '12'; choose from 8, 16"),
    ],
)
def test_depths_that_no_file_has(tmp_path, name, depth, says):
    for refuse in (
        lambda path: files.check_writable(path, depth=depth),
        lambda path: files.write(path, VALUES[None, ..., :3], depth=depth),
    ):
        with pytest.raises(InputError, match=f"cannot write .*{says}") as caught:
            refuse(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_tile_larger_than_the_picture_counts(tmp_path, monkeypatch):
    levels = np.zeros((9, 7, 3), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", levels, photometric="rgb", tile=(64, 64))
    monkeypatch.setenv("JNST_MAX_PIXELS", "4095")
    with pytest.raises(InputError, match="it has 4096 pixels, more than 4095"):
        files.read(tmp_path / "a.tif")


@pytest.mark.parametrize("value", [np.nan, 255, -1])
def test_floats_outside_are_refused(tmp_path, value):
    stored = np.zeros((3, 4, 3), np.float32)
    stored[1, 1, 1] = value
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb")
    with pytest.raises(InputError, match=r"a\.tif.*values must lie in \[0, 1\], not"):
        files.read(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_truncated(tmp_path, compression):
    stored = np.random.default_rng(0).integers(0, 65535, (40, 40, 3), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", compression=compression)
    files.write(tmp_path / "b.png", stored[None] / np.float32(65535), depth=16)
    for name in ("a.tif", "b.png"):
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        with pytest.raises(InputError, match=r"cut off|too small"):
            files.read(tmp_path / name)


def test_strips_that_share_their_bytes_are_refused(tmp_path):
    stored = np.zeros((40, 40, 3), np.uint16)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, photometric="rgb", compression="zlib", rowsperstrip=1)
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as found:
        for tag, value in ((273, found.pages.first.dataoffsets[0]), (279, len(data) // 30)):
            numbers = found.pages.first.tags[tag]
            width = {3: 2, 4: 4}[numbers.dtype]
            place = slice(numbers.valueoffset, numbers.valueoffset + 40 * width)
            data[place] = value.to_bytes(width, "little") * 40
    path.write_bytes(data)
    with pytest.raises(InputError, match="cut off"):
        files.read(path)


def test_a_volume_is_no_picture(tmp_path):
    stack = np.zeros((2, 8, 8, 3), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="rgb", volumetric=True)
    with pytest.raises(InputError, match="it is a volume, not a picture"):
        files.read(tmp_path / "a.tif")
