"""The machine that jnst runs on: files written whole, state of the process."""
