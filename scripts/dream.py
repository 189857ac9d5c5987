"""Let a network dream upon a picture: `python scripts/dream.py IMAGE`."""

import sys

from jnst.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["dream", *sys.argv[1:]]))
