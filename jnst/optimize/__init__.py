"""Optimizers, one step of them, and the loops around it."""
