"""The arrays that travel through the package: their types, by what they hold and their shape."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Float

Array = jax.Array | np.ndarray
"""An array of JAX or of NumPy."""


@runtime_checkable
class ArrayLike(Protocol):
    """Anything else that NumPy takes for an array: tensors of others, `jnst.Result`."""

    def __array__(self, *args: Any, **options: Any) -> Any:
        """Return it as an array of NumPy's."""
        ...


Scalar = Float[Array, ""]
"""A single number, as an array without axes."""
Image = Float[Array, "1 h w 3"]
"""A picture: sRGB-encoded RGB in [0, 1], channels last, with a batch axis of one."""
Picture = Float[np.ndarray, "1 h w 3"]
"""The same as NumPy holds it: what comes from files, and what has been resized."""
AnyPicture = Float[np.ndarray, "1 _ _ 3"]
"""One of several pictures, each of its own size."""
FeatureMap = Float[Array, "1 h w c"]
"""A feature map, one layer's output for a picture: `c` channels at `h` x `w` positions."""
Region = Float[Array, "1 h w 1"]
"""A weight for each position of a feature map; the mean is 1."""
Features = dict[str, Float[Array, "1 _ _ _"]]
"""Feature maps by layer name."""
Params = Mapping[str, Mapping[str, Array]]
"""Network weights: `params["conv1_1"]["kernel"]` (HWIO), `["bias"]`; `params["input"]["mean"]`."""
