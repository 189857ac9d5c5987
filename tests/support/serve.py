"""`jnst web` with a painter that only pretends, where PRETEND is set; for browser tests."""

import os
import sys
from pathlib import Path

import jnst.cli
from jnst.web import worker

if os.environ.get("PRETEND"):
    worker.COMMAND = (sys.executable, str(Path(__file__).with_name("pretend.py")))
sys.exit(jnst.cli.main(["web", *sys.argv[1:]]))
