"""The hand-written twin of `jnst.optimize`."""
