"""Style transfer by optimizing the pixels of a picture."""
