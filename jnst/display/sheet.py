"""Contact sheets: pictures in rows and columns, each with a caption below it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from jnst.arrays import AnyPicture, Picture
from jnst.display.plot import library
from jnst.pictures.files.raster import to_levels

INK = (32, 32, 32)
"""Colour of the captions, RGB in 0..255."""
PAPER = (255, 255, 255)
"""Colour of what is around pictures and captions."""
LETTERS = 13
"""Height of the captions' letters in pixels."""
GAP = 8
"""Pixels between pictures, and around all."""
NARROWEST = 160
"""Columns are at least so wide in pixels, for their captions."""


def contact_sheet(rows: Sequence[Sequence[tuple[str, AnyPicture | None]]]) -> Picture:
    """Lay out (caption, picture) in rows; a caption may have several lines, a picture be missing.

    Columns are as wide as the widest picture in any of them, rows as high as their highest. A line
    that is too long for its column is broken at a space, or cut.
    """
    fonts = Path(library().get_data_path()) / "fonts/ttf"
    font = PIL.ImageFont.truetype(fonts / "DejaVuSans.ttf", LETTERS)
    width = max(
        (picture.shape[2] for row in rows for _, picture in row if picture is not None),
        default=NARROWEST,
    )
    width = max(width, NARROWEST)
    columns = max((len(row) for row in rows), default=0)
    wrapped = [[_wrapped(caption, font, width) for caption, _ in row] for row in rows]
    line = LETTERS + 4
    texts = [max((len(lines) for lines in row), default=0) * line for row in wrapped]
    pictures = [
        max((picture.shape[1] for _, picture in row if picture is not None), default=0)
        for row in rows
    ]
    size = (
        GAP + columns * (width + GAP),
        GAP + sum(text + picture + 2 * GAP for text, picture in zip(texts, pictures, strict=True)),
    )
    sheet = PIL.Image.new("RGB", size, PAPER)
    draw = PIL.ImageDraw.Draw(sheet)
    top = GAP
    for row, lines, text, height in zip(rows, wrapped, texts, pictures, strict=True):
        for column, (_, picture) in enumerate(row):
            left = GAP + column * (width + GAP)
            if picture is not None:
                sheet.paste(PIL.Image.fromarray(to_levels(picture[0])), (left, top))
            for i, words in enumerate(lines[column]):
                draw.text((left, top + height + GAP // 2 + i * line), words, INK, font)
        top += height + text + 2 * GAP
    return np.asarray(sheet, np.float32)[None] / 255


def _wrapped(caption: str, font: PIL.ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = []
    for paragraph in caption.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return [_cut(line, font, width) for line in lines]


def _cut(line: str, font: PIL.ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line}…"
