"""Networks that paint a picture in one pass, and what they are built from."""
