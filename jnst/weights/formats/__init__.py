"""Readers of weight files, which run nothing that is in them."""
