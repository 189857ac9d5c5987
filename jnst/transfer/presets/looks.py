"""Looks of the presets, in words: what each makes of the built-in pair.

They are in the list of presets, and on the page beside thumbnails that `scripts/make_looks.py`
paints.
"""

from typing import NamedTuple


class Look(NamedTuple):
    """What a preset is called by its look, and what one sees."""

    title: str
    about: str


LOOKS = {
    "default": Look("Clear strokes", "Firm, flowing strokes; the photograph stays easy to read."),
    "gatys2015": Look("Dream", "The painting takes over; little of the photograph is left."),
    "gatys2016": Look("Dense swirls", "Swirls everywhere, warm against cool; eyes and edges stay."),
    "kunal2021": Look("Raw grain", "Hard contrasts and coarse grain, like a worn print."),
    "patel2020": Look("Warm curls", "Wild, warm curls; painted in a square and stretched back."),
    "debashish2023": Look("Dark and busy", "Short, dark strokes; shapes as in the photograph."),
    "khan2021": Look(
        "Muted and busy", "Short strokes in muted colours, light and dark as they were."
    ),
    "deepa2023": Look("Fine strokes", "Fine strokes in pure colours, close to the photograph."),
    "neural-style": Look("Sweeping curls", "Large curls and streaks; shapes dissolve into them."),
    "neural-style-pt": Look("Crisp curls", "Large curls, drawn a little sharper."),
    "johnson-slow": Look("Even curls", "Curls of an even size; it needs a network of its own."),
    "pastiche": Look("Bright curls", "Bright, rolling curls; large shapes stay."),
    "crowson": Look("Soft and broad", "Broad strokes, softly blended; calm surfaces."),
}
"""By preset, in the words of someone who looks at the thumbnails."""
