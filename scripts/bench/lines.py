"""How much stronger thin straight lines are along the axes of a picture than across them.

    python scripts/bench/lines.py PICTURE [PICTURE ...]

Half the second difference across a line, d = I(x) - (I(x - 1) + I(x + 1)) / 2, averaged along
`LENGTH` pixels of it, is large only on a line of that direction. Printed is the energy of these
means by that of d itself, for vertical (0 degrees), horizontal (90) and oblique lines: the picture
is turned. Turning smooths: compare pictures at one angle, not one picture's angles with each other.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.ndimage

from jnst.byhand.losses.lines import LENGTH
from jnst.pictures import files
from jnst.pictures.colour import LUMA

ANGLES = (0, 90, 30, 45, 60)


def main() -> None:
    """Print a row for each picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", type=Path, nargs="+")
    options = parser.parse_args()
    print("| | " + " | ".join(f"{angle}°" for angle in ANGLES) + " |")
    print("|-" * (len(ANGLES) + 1) + "|")
    for path in options.pictures:
        light = files.read(path)[0] @ np.asarray(LUMA)
        print(f"| {path.name} | " + " | ".join(f"{share(light, a):.3f}" for a in ANGLES) + " |")


def share(light: np.ndarray, angle: float) -> float:
    """Return the share of lines at an angle, of a picture (h, w) with sides above `LENGTH`."""
    if angle:
        light = scipy.ndimage.rotate(light, angle, order=3, cval=np.nan)
    known = np.isfinite(light)
    light = np.where(known, light, 0)
    d = light - (np.roll(light, 1, 1) + np.roll(light, -1, 1)) / 2
    along = scipy.ndimage.uniform_filter1d(d, LENGTH, axis=0)
    # What has all that it is made of within the picture.
    inner = np.asarray(scipy.ndimage.binary_erosion(known, np.ones((LENGTH + 2, 5))), bool)
    return float((along[inner] ** 2).mean() / (d[inner] ** 2).mean())


if __name__ == "__main__":
    main()
