"""The networks, each with its backward pass. NumPy only."""
