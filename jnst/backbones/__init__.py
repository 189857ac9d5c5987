"""Networks whose features the losses read, and what they are built from."""
