"""Measure the means that normalize VGG, as `jnst weights measure FOLDER` does."""

import sys

from jnst.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["weights", "measure", *sys.argv[1:]]))
