"""Several runs side by side: sweeps, reconstructions, comparisons."""
