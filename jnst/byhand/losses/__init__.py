"""The losses, each with its derivative. NumPy only."""
