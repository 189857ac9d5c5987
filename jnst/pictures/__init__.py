"""Pictures as arrays and as files: reading, writing, resizing, colours, regions."""
