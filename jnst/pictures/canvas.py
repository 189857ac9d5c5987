"""Canvases: a picture continued beyond its borders, so that pictures of many shapes become few.

The continuation is the picture's mirror image: the network sees nothing there that is not in it.
What is painted there is cut off in the end. It has two uses.

- Convolutions see zeros beyond the border, which nothing in a picture looks like. The outermost one
  or two pixels then take colours of their own. A margin keeps these out of the result.
- A program is compiled for one height and width. On canvases whose sides are multiples of an eighth
  of the size there are eight widths to a height, whatever the pictures. (Scaling to those sides
  would bend the picture, cropping lose some of it.)
"""

import numpy as np
from jaxtyping import Float

from jnst.arrays import Array
from jnst.pictures.resizing import crop

_Values = Float[Array, "1 _ _ c"]


def sides(height: int, width: int, step: int, *, most: int, margin: int = 0) -> tuple[int, int]:
    """Return height and width of the canvas: with the margins, the next multiple of `step` pixels.

    `margin` is what each end of a side gets at least. No side is above `most` and its margins. One
    that would have to be doubled or more stays as it is: there is not enough to mirror.
    """

    def side(length: int) -> int:
        least = length + 2 * margin
        found = max(least, min(most + 2 * margin, -(-least // step) * step))
        return found if found < 2 * length else length

    return side(height), side(width)


def extend(
    values: _Values, height: int, width: int, *, slopes: bool = False
) -> Float[np.ndarray, "1 _ _ c"]:
    """Return (1, h, w, c) with so much of its mirror image around it; `uncover` takes that off.

    With `slopes` the image is turned about the value at the border, 2 x[0] - x[n] for x[-n], within
    [0, 1]: what grows darker towards the border goes on growing darker, and no ridge is there.
    """
    ways = []
    for have, want in zip(values.shape[1:3], (height, width), strict=True):
        before = (want - have) // 2  # as `crop` cuts
        ways.append((before, want - have - before))
    kind = "odd" if slopes else "even"
    found = np.pad(np.asarray(values), ((0, 0), *ways, (0, 0)), mode="reflect", reflect_type=kind)
    return found.clip(0, 1) if slopes else found


def uncover(
    picture: Float[Array, "1 _ _ 3"], inner: tuple[int, int], outer: tuple[int, int]
) -> Float[np.ndarray, "1 _ _ 3"]:
    """Cut what `extend` put around a picture of `inner` (height, width) to make it `outer`.

    The picture may since have been scaled, as on the way from coarse to fine; at least a pixel
    remains.
    """
    scaled = zip(picture.shape[1:3], inner, outer, strict=True)
    height, width = (max(1, round(have * small / large)) for have, small, large in scaled)
    return crop(picture, height, width)
