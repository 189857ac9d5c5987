"""What moves the picture: optimizers, one step, the loops around them."""
