"""Measure what normalises VGG, over a folder of photographs: `normalize_weights.py FOLDER`."""

import sys

from jnst.weights.measure_means import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
