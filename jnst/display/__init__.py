"""Displays of a run: terminal, notebook, plots, contact sheets."""
