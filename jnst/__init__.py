"""Neural style transfer in JAX, every gradient derived."""

__version__ = "0.1.0"
