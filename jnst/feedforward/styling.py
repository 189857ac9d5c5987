"""The kinds of rows by which a style acts on a network: norms, banks, and what is known of it.

Part of `jnst.feedforward.layers`, which says what all rows have in common, and from where they are
to be imported.
"""

from typing import NamedTuple

from jnst.byhand.feedforward.norms import EPSILON
from jnst.byhand.feedforward.roots import THRESHOLD

_Inputs = tuple[str, ...]


class Norm(NamedTuple):
    """Instance norm; see `jnst.feedforward.norms`.

    Its scale and shift are, by `affine`,

    - "own": parameters scale (c) and shift (c). Inputs: the map;
    - "styles": parameters scale (s, c) and shift (s, c), of s styles. Inputs: the map, and a vector
      with a weight for each style;
    - "none": 1 and 0; no parameters. Inputs: the map;
    - "given": no parameters. Inputs: the map, and the vectors scale and shift. It is AdaIN if these
      are deviation and mean of a style's map.

    With `unbiased` the variance is divided by n - 1, as AdaIN in torch does it.
    """

    name: str
    inputs: _Inputs
    affine: str = "own"
    epsilon: float = EPSILON
    unbiased: bool = False
    shared: str = ""
    op: str = "norm"


class BatchNorm(NamedTuple):
    """Batch norm, with scale and shift of its own; see `jnst.feedforward.batchnorm`.

    In `training` by the moments of the batch, else by their averages. Parameters: scale and shift
    (c), which are trained, and mean and variance (c), the averages.
    """

    name: str
    inputs: _Inputs
    epsilon: float = EPSILON
    training: bool = False
    op: str = "batch-norm"


class Bank(NamedTuple):
    """A convolution whose kernel belongs to a style, or is mixed from those of several.

    See `jnst.feedforward.banks`. Inputs: the map, and a vector with a weight for each of s styles.
    Parameters: kernels (s, size, size, inputs, channels); `size` is odd.
    """

    name: str
    inputs: _Inputs
    channels: int
    size: int
    op: str = "bank"


class CoMatch(NamedTuple):
    """Each position times a style's Gram matrix G and a learned W: y = (W G)ᵀ x.

    Zhang and Dana 2017, arXiv:1703.06953, equation 5: the layer CoMatch, there with (x's channels)
    rows for columns. Inputs: the map, and G, [1, 1, c, c]. Parameters: matrix (c, c), W.
    """

    name: str
    inputs: _Inputs
    op: str = "comatch"


class Mix(NamedTuple):
    """Between two maps: y = (1 - α) a + α b. Inputs: a, b, and α as a vector of one channel."""

    name: str
    inputs: _Inputs
    op: str = "mix"


class Statistic(NamedTuple):
    """Of each channel, over positions: "mean", or "deviation", √(σ² + epsilon), as vectors.

    Or, [1, 1, c, c], "root": the root of the channels' covariance, without eigenvalues up to
    THRESHOLD, see `jnst.feedforward.whitening`; or "gram": their Gram matrix, FᵀF / (n c) with the
    n positions as rows of F. With `unbiased` σ² is divided by n - 1; a covariance always is.
    """

    name: str
    inputs: _Inputs
    kind: str
    epsilon: float = 0.0
    unbiased: bool = False
    op: str = "statistic"


class Whiten(NamedTuple):
    """Whitening and colouring, α = 1. Inputs: the map, a style's mean, and its covariance's root.

    Eigenvalues up to `threshold` are dropped; see `jnst.feedforward.whitening.wct`.
    """

    name: str
    inputs: _Inputs
    threshold: float = THRESHOLD
    op: str = "whiten"
