"""Moving pictures: the motion between frames, and what is painted along it."""
