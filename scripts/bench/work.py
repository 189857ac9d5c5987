"""The work that both sides of a benchmark do, and the process that does one side's.

    python scripts/bench/work.py SIDE      requests as lines of JSON on stdin, answers on stdout

A side is a module beside this one (`ours`, `torchs`) with functions by the names of the requests.
Each side has a process of its own: two thread pools in one would take the cores from each other.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from jnst.backbones.tables import BACKBONES
from jnst.pictures import files, resizing
from jnst.transfer.settings import Settings
from jnst.weights import store

CONTENT, STYLE = ("relu4_2",), ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
EVALUATION = Settings(
    content_layers=CONTENT,
    style_layers=STYLE,
    style_loss="gram",
    style_scale="mean",
    style_layer_weights=(1.0,) * 5,
    content_scale="mean",
    content_weight=1.0,
    tv_weight=0.0,
    line_weight=0.0,
    padding="zeros",
    first_size=None,
)
"""One evaluation: VGG19 to relu5_1, five Gram layers, content relu4_2, mean squared errors."""


def most_resident() -> int:
    """Return the most bytes of memory that this process has held; on Linux alone.

    `resource.getrusage` would begin with what the parent held.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    return 1024 * int(status["VmHWM"].split()[0])


def pictures(pair: tuple[str, str], height: int, width: int) -> list[np.ndarray]:
    """Return a content, a style and a picture between them, all of this size."""
    content, style = (resizing.resize(files.read(path), height, width) for path in pair)
    noise = np.random.default_rng(0).random(content.shape, np.float32)
    return [content, style, (content + style + noise) / 3]


def summary(total: float, gradient: np.ndarray) -> dict[str, Any]:
    """Return what shows that two sides found the same: the total, and means of the gradient.

    The gradient [1, h, w, 3] is averaged over an 8 x 8 grid of cells, and so are its squares.
    """
    side = gradient.shape[1] // 8
    cells = gradient[0, : 8 * side, : 8 * side].astype(np.float64).reshape(8, side, 8, side, 3)
    means = {"gradient": cells.mean((1, 3)), "squares": (cells**2).mean((1, 3))}
    return {"total": total, **{name: mean.ravel().tolist() for name, mean in means.items()}}


def flops(size: int) -> float:
    """Count the multiplications and additions of one evaluation, forward and backward.

    Of convolutions and Gram matrices only. The backward pass does once more what the forward pass
    does: weights need no gradient.
    """
    params, found, side = store.load("vgg19"), 0, size
    order = BACKBONES["vgg19"].layers
    for layer in order[: order.index("relu5_1") + 1]:
        if layer.startswith("pool"):
            side //= 2
        elif layer.startswith("conv"):
            kernel = params[layer]["kernel"]
            found += 2 * side**2 * kernel.size
            if layer.endswith("_1"):
                found += 2 * side**2 * kernel.shape[-1] ** 2
    return 2.0 * found


def main() -> None:
    """Answer requests until stdin ends."""
    side, answers = importlib.import_module(sys.argv[1]), sys.stdout
    sys.stdout = sys.stderr  # whatever libraries print
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(side, request.pop("task"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
