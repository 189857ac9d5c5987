"""Style transfer by optimising the pixels of a picture."""
