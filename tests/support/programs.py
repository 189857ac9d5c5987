"""What JAX is asked for in a test, as one program that is quickly compiled.

Step by step JAX compiles a program for each operation and each shape, and most take longer to
compile than to run. Compiled so, XLA's own optimizations are left out: results agree with what they
are compared with as well as before, or better.
"""

import jax

from jnst.backbones import vgg

FAST = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""Options of a program that takes longer to compile than to run."""


def quick(function):
    """Make a function of arrays one program."""
    return jax.jit(function, compiler_options=FAST)


def value_and_pullback(function):
    """Return a program `(x, dy) -> (y, dx)`: the value, and what `jax.vjp` makes of `dy`."""

    def both(x, dy):
        y, vjp = jax.vjp(function, x)
        return y, vjp(dy)[0]

    return quick(both)


def features(params, image, layers, **options):
    """Compute maps of VGG as `backbones.vgg.features` does, by one program."""
    layers = tuple(layers)
    return quick(lambda params, x: vgg.features(params, x, layers, **options))(params, image)
