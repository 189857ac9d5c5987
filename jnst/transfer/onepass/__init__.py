"""Style transfer in one pass: a network that was trained for it makes the picture at once."""
