"""The one gradient check: derivatives along a few directions against central differences.

In float64, and with these numbers, because others mislead: in float32 the differences are mostly
rounding, so that a loose tolerance accepts wrong gradients and a tight one refuses right ones.
"""

import jax
import numpy as np

EPS = 1e-6
RTOL = 1e-6


def float64():
    """Make JAX compute in float64 inside a `with` block."""
    return jax.enable_x64(True)


def check(f, x, gradient, *, name=None, seed=0, eps=EPS):
    """Assert that `gradient` is that of the scalar function `f` at the float64 array `x`.

    `name` is what a failure calls `f`, where its own name says too little.

    One direction is the gradient's own; the others are random, with so much of it added that the
    derivative never comes out near zero by chance, where the difference quotient is all rounding.
    A deep network wants a smaller `eps`: a rectifier that changes sides in the step is no error.
    """
    for array in (x, gradient):
        if np.asarray(array).dtype != np.float64:
            raise TypeError(f"gradients are checked in float64, not {np.asarray(array).dtype}")
    x, gradient = np.asarray(x), np.asarray(gradient)
    assert gradient.shape == x.shape
    size = np.sqrt(np.mean(gradient**2))
    name = name or getattr(f, "__qualname__", repr(f))
    assert size > 0, f"{name}: the gradient is zero everywhere: there is nothing to check"
    along = gradient / size
    noise = np.random.default_rng(seed).normal(size=(3, *x.shape))
    pushed = [n + np.sign(np.sum(n * along)) * along / np.sqrt(x.size) for n in noise]
    for direction in (along, *pushed):
        analytic = float(np.sum(gradient * direction))
        numeric = float((f(x + eps * direction) - f(x - eps * direction)) / (2 * eps))
        error = abs(analytic - numeric) / abs(numeric) if numeric else np.inf
        if not error <= RTOL:  # so written, NaN is refused too
            raise AssertionError(
                f"{name}: analytic {analytic!r} numeric {numeric!r} relative {error:.1e}"
            )


def close(actual, expected, *, rtol=1e-9, name=""):
    """Assert equality to `rtol` of the largest entry, as suits arrays with zeros among them."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    kinds = actual.dtype, expected.dtype
    assert kinds[0] == kinds[1], f"{name}: {kinds[0]} and {kinds[1]}; use the fixture in_float64"
    atol = rtol * np.abs(expected).max()
    np.testing.assert_allclose(actual, expected, rtol=0, atol=atol, err_msg=name)
