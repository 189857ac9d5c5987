"""Warping by optical flow, forwards and backwards, in NumPy."""
