"""What a watcher sees of a run: terminal, notebook, plots, contact sheets."""
