"""Paint a photograph in the manner of a painting: `python scripts/stylize.py CONTENT STYLE`."""

import sys

from jnst.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["stylize", *sys.argv[1:]]))
