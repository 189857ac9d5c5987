"""What each command takes: its options, where they begin, and the mistakes that words alone show.

Nothing here imports JAX or what else is slow to import, so that help and mistakes are there at
once; `jnst.commands` does what is asked.
"""
