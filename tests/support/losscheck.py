"""A loss by JAX and by hand, compared: values, gradients and central differences."""

import functools
import inspect
from types import SimpleNamespace

import jax
import numpy as np
from gradcheck import check, close


def compiled(module):
    """Return the loss `module` with its functions compiled, keyword-only arguments being static.

    Evaluated step by step, each of them is dozens of small programs.
    """
    found = dict(vars(module))
    for name in ("statistic", "target", "distance", "total_variation", "quantiles", "ordered"):
        if name in found:
            parameters = inspect.signature(found[name]).parameters.values()
            static = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
            found[name] = jax.jit(found[name], static_argnames=static)
    return SimpleNamespace(**found)


@functools.cache
def program(ours, scales, options):
    """Compile the values and derivatives of a loss at all scales, of any map, target and region."""

    def loss(x, T, region, scale):
        return ours.distance(ours.statistic(x, *region, **dict(options)), T, scale=scale)

    def evaluate(x, T, region):
        return {scale: jax.value_and_grad(loss)(x, T, region, scale) for scale in scales}

    return jax.jit(evaluate)


def check_same(ours, twin, x, T, *region, scales, rtol=1e-9, exact=1e-12, smooth=True, **options):
    """Check the loss `ours` and its `twin` by hand at the map `x`, each scale against target `T`.

    Values to `exact`, gradients to `rtol`, and where the loss is `smooth` against differences.
    The `options` are those of `statistic`. All scales are one program.
    """
    assert jax.config.jax_enable_x64, "gradients are checked in float64: use the fixture in_float64"
    evaluate = program(ours, tuple(scales), tuple(options.items()))
    S, theirs = twin.statistic(x, *region, **options), as_in(ours, T)
    for scale, (value, automatic) in evaluate(x, theirs, region).items():
        name = f"{twin.__name__}, scale {scale}"
        given = twin.distance(S, T, scale=scale)
        np.testing.assert_allclose(given, value, rtol=exact, err_msg=name)
        dS = twin.distance_backward(S, T, scale=scale)
        gradient = twin.statistic_backward(dS, x, *region, **options)
        close(gradient, automatic, rtol=rtol, name=name)
        if smooth:
            at = functools.partial(lambda scale, x: evaluate(x, theirs, region)[scale][0], scale)
            check(at, x, gradient, name=name)


def as_in(ours, T):
    """Return a target or statistic by hand as the type of the same name of the module `ours`."""
    return getattr(ours, type(T).__name__)(*T) if isinstance(T, tuple) else T


def check_statistic(ours, twin, x, dS, *region, rtol=1e-9, **options):
    """Check the derivative of the statistic alone, for any ∂E/∂S; return it."""

    @jax.jit
    def pull(x, dS):
        return jax.vjp(lambda x: ours.statistic(x, *region, **options), x)[1](dS)[0]

    gradient = twin.statistic_backward(dS, x, *region, **options)
    close(gradient, pull(x, as_in(ours, dS)), rtol=rtol, name=f"{twin.__name__}.statistic")
    return gradient
