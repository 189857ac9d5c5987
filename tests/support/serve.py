"""`jnst web` whose painter pretends where PRETEND is set, and has a tiny network where TINY is."""

import os
import signal
import sys

import helpers_web

import jnst.cli
from jnst.web import worker

for name in ("PRETEND", "TINY"):
    if os.environ.get(name):
        worker.COMMAND = getattr(helpers_web, name)
if __name__ == "__main__":
    # What a shell starts in the background, and all that this starts, has Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(jnst.cli.main(["web", *sys.argv[1:]]))
