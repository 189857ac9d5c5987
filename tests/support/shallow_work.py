"""`scripts/bench/work.py` with the first layers of VGG19 alone, which are compiled in a second."""

import dataclasses
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "bench"))

import work

if __name__ == "__main__":
    layers = ("relu1_2",)
    work.EVALUATION = dataclasses.replace(
        work.EVALUATION, content_layers=layers, style_layers=layers, style_layer_weights=(1.0,)
    )
    work.main()
