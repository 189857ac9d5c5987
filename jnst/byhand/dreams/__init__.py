"""The hand-written twin of `jnst.dreams`."""
