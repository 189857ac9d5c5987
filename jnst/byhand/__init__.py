"""Neural style transfer a second time, in NumPy, with every derivative written out.

The same file and function names as in `jnst.backbones.nn`, `jnst.backbones.vgg`, `jnst.losses`,
`jnst.losses.objective`, `jnst.feedforward` and `jnst.optimize.optimizers`. Each differentiable
function stands beside its `…_backward`, which takes the derivative of the loss with respect to the
function's result (`dy` for ∂E/∂y) and returns the one with respect to its input. Nothing here
imports JAX or another part of the package, so nothing here can be right for the same wrong reason.
Arrays keep their precision: float64 in, float64 out.
"""
