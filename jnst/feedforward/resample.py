"""Larger maps from smaller ones: nearest neighbours, bilinear, transposed convolution, borders.

Channels last (NHWC). Each has a twin in `jnst.byhand.feedforward.resample`, with its derivative
written out.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.backbones.layers import Frame
from jnst.backbones.nn import check_reflects, margins, positions
from jnst.errors import InputError


def upsample(x: FeatureMap, *, factor: int = 2) -> Float[Array, "1 h2 w2 c"]:
    """Enlarge by a whole factor, each pixel becoming a square: y[p, q] = x[⌊p/f⌋, ⌊q/f⌋].

    Odena, Dumoulin, Olah 2016, "Deconvolution and Checkerboard Artifacts": followed by a
    convolution, it leaves no grid behind, as a transposed convolution may.
    """
    _, h, w, c = x.shape
    squares = jnp.broadcast_to(x[:, :, None, :, None], (1, h, factor, w, factor, c))
    return squares.reshape(1, factor * h, factor * w, c)


def double(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Make a map of twice the size, bilinear, along one axis and then the other.

    A pixel becomes two, whose centres lie a quarter of a pixel from its own, to either side:

        y[2p] = ¾ x[p] + ¼ x[p-1],   y[2p+1] = ¾ x[p] + ¼ x[p+1],

    and beyond the border is the pixel at it once more. So torch does it with `align_corners=False`.
    """
    for axis in (1, 2):
        last = x.shape[axis] - 1
        head, body = jnp.split(x, [1], axis)
        before = jnp.concatenate([head, jax.lax.slice_in_dim(x, 0, last, axis=axis)], axis)
        after = jnp.concatenate([body, jax.lax.slice_in_dim(x, last, last + 1, axis=axis)], axis)
        pairs = jnp.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
        x = pairs.reshape(*x.shape[:axis], 2 * (last + 1), *x.shape[axis + 1 :])
    return x


def mirror(x: FeatureMap, *, frame: int) -> Float[Array, "1 h2 w2 c"]:
    """Put the mirror image of a map around it, without its outermost pixels: x[-n] = x[n].

    Raises `InputError` for sides of at most `frame` pixels.
    """
    around = [(frame, frame), (frame, frame)]
    check_reflects(x, around)
    return jnp.pad(x, ((0, 0), *around, (0, 0)), "reflect")


def conv_transpose2d(
    x: FeatureMap,
    kernel: Float[Array, "kh kw d c"],
    bias: Float[Array, " d"],
    *,
    stride: int,
    frame: Frame,
    sides: tuple[int, int] | None = None,
) -> Float[Array, "1 h2 w2 d"]:
    """Convolve transposed, and add the bias: each pixel of x leaves a kernel on y, side by side.

    y[s·p + u - t, s·q + v - l, o] = b[o] + Σ x[p, q, i] · k[u, v, o, i], over all p, q, u, v, i
    that lead to the same place, with s the stride, and t and l the margins of y above and to the
    left. What falls outside y is lost. It is the transpose of the convolution `nn.conv2d` that
    takes y to x with the same kernel, stride and frame: margins are that convolution's.

    Published networks have two conventions, both with y s times as large as x, which differ by one
    pixel for kernels of 3x3 and stride 2:

    - frame "same": TensorFlow's `conv2d_transpose` with SAME padding, t = ⌊max(kh - s, 0) / 2⌋. Its
      kernels are stored as here: height, width, output, input.
    - frame 1: torch's `ConvTranspose2d(…, 3, stride=2, padding=1, output_padding=1)`, t = 1. Its
      kernels are stored as input, output, height, width.

    Any other padding P and output_padding A of torch is frame P with sides (h - 1) s - 2P + kh + A.

    Args:
        x: [1, h, w, c].
        kernel: [kh, kw, d, c]: output channels before input channels.
        bias: of the output channels.
        stride: pixels of y from one pixel of x to the next.
        frame: of y, a number of pixels or a name, see `nn.margins`.
        sides: height and width of y; None for `stride` times those of x.

    Raises:
        InputError: for sides of which the convolution does not make those of x.

    """
    x = jnp.asarray(x)
    around = []
    outer = sides or (stride * x.shape[1], stride * x.shape[2])
    for inner, side, size in zip(x.shape[1:3], outer, kernel.shape[:2], strict=True):
        if positions(side, size, stride, frame) != inner:
            raise InputError(
                f"a side of {side} pixels is no transposed convolution of {inner}, with kernels of "
                f"{size}, stride {stride} and frame {frame!r}"
            )
        # Over x with s - 1 zeros between its pixels the kernel slides upside down: how far that
        # has to reach, or may not reach, before and after.
        before = size - 1 - margins(side, size, stride, frame)[0]
        around.append((before, side - stride * (inner - 1) + size - 2 - before))
    y = jax.lax.conv_general_dilated(
        x,
        jnp.asarray(kernel, x.dtype)[::-1, ::-1],
        window_strides=(1, 1),
        padding=around,
        lhs_dilation=(stride, stride),
        dimension_numbers=("NHWC", "HWOI", "NHWC"),
    )
    return y + jnp.asarray(bias, x.dtype)
