"""What feed-forward networks are built from, each with its derivative. NumPy only."""
