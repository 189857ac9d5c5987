"""Training of networks that paint in one pass."""
