"""Trained numbers: found, verified, fetched and converted."""
