"""Published networks, a table of layers each, and their files turned into parameters."""
