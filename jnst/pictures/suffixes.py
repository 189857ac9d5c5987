"""Suffixes of the pictures that are written, known without what writes them."""

WRITTEN = (".png", ".jpg", ".webp", ".tif", ".jpeg", ".tiff")
"""Those of `jnst.pictures.files.WRITERS`."""
