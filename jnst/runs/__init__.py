"""One run from beginning to end: the loop, its record, checkpoints, signals, failures."""
