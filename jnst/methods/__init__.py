"""Contract of all methods that make a picture, and the progress that they report."""
