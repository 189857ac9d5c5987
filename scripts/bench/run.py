"""Ours against torch: seconds and bytes of the same work, as ratios, interleaved.

    python scripts/bench/run.py [eval memory descend start] [--quick] [--json PATH]

Needs torch beside jnst; without it only our own figures are printed. Each side runs in a process of
its own and they take turns. Before anything is timed, both sides' totals and gradients must agree.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import rich.console
import rich.table

HERE = Path(__file__).parent
AGREE = 1e-3
"""How far apart totals, or norms of gradients, of equal work may be, relatively."""


class Side:
    """A process that does one side's work; used as a context."""

    def __init__(self, module: str, **environment: str):
        command = [sys.executable, str(HERE / "work.py"), module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=os.environ | environment, **pipes)

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
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def check_equal(one: dict[str, float], other: dict[str, float], *names: str) -> None:
    """Refuse to compare unequal work."""
    for name in names:
        if abs(one[name] - other[name]) > AGREE * abs(other[name]):
            raise SystemExit(f"unequal work: {name} is {one[name]!r} and {other[name]!r}")


def evaluations(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Time one loss and gradient at several sizes."""
    rows = []
    sizes = options.sizes or ([256] if options.quick else [256, 512, 1024])
    variants = ["eager", "channels-last"] + ([] if options.quick else ["compile"])
    with Side("ours") as ours, Side("torchs") as torchs:
        for size in sizes:
            for variant in variants if options.torch else [None]:
                work = {"size": size, "precision": options.precision}
                mine = ours.ask("prepare", variant="whole", **work)
                if variant is not None:
                    theirs = torchs.ask("prepare", variant=variant, **work)
                    check_equal(mine, theirs, "total", "gradient")
                seconds = {"ours": [], "torch": []}
                for _ in range(options.rounds):
                    seconds["ours"].append(ours.ask("measure"))
                    if variant is not None:
                        seconds["torch"].append(torchs.ask("measure"))
                row = {"size": size, "torch": variant, "ours s": median(seconds["ours"])}
                if variant is not None:
                    row |= {"torch s": median(seconds["torch"])}
                    row |= {"ratio": row["torch s"] / row["ours s"]}
                rows.append(row)
                ours.ask("forget")
                if variant is not None:
                    torchs.ask("forget")
    return rows


def memory(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Find the most bytes that a process holds for one evaluation; a new process each."""
    rows = []
    for size in options.sizes or ([512] if options.quick else [512, 1024, 2048]):
        row: dict[str, Any] = {"size": size}
        for side, variant in (("ours", "whole"), ("ours", "tile512"), ("torchs", "eager")):
            if side == "ours" or options.torch:
                with Side(side) as process:
                    process.ask("prepare", size=size, variant=variant, precision="default")
                    row[f"{side} {variant} MB"] = process.ask("peak") / 1e6
        if options.torch:
            row["ratio"] = row["ours whole MB"] / row["torchs eager MB"]
        rows.append(row)
    return rows


def descend(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Time neural-style-pt's objective, to the total that torch's L-BFGS reaches."""
    work = {"height": 192, "width": 256, "evaluations": 100 if options.quick else 1000}
    with Side("torchs") as torchs:
        theirs = torchs.ask("descend", target=None, **work)
    rows = [{"side": "torch", **theirs}]
    with tempfile.TemporaryDirectory() as cache:
        for name in ("cold", "warm"):
            kept = {"JAX_COMPILATION_CACHE_DIR": cache}
            with Side("ours", **kept) as ours:
                mine = ours.ask("descend", target=theirs["total"], **work)
            check_equal(mine, theirs, "start")
            ratio = theirs["seconds"] / mine["seconds"]
            rows.append({"side": f"ours, {name}", **mine, "ratio": ratio})
    return rows


def start(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Time whole processes: importing, and the shell prompt to a picture of two evaluations."""
    script = str(HERE.parent / "stylize.py")
    small = [script, "--size", "256", "--steps", "1", "--quiet", "-o"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CACHE_HOME": folder}
        picture = [*small, f"{folder}/a.png"]
        for name, words in (
            ("import jnst", ["-c", "import jnst"]),
            ("256 px, one evaluation a size, cold", picture),
            ("256 px, one evaluation a size, warm", picture),
        ):
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], env=environment, check=True)
            rows.append({"what": name, "s": time.perf_counter() - started})
    return rows


BENCHMARKS = {"eval": evaluations, "memory": memory, "descend": descend, "start": start}


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def show(name: str, rows: list[dict[str, Any]]) -> None:
    """Print rows as a table."""
    table = rich.table.Table(title=name)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for column in columns:
        table.add_column(column, justify="right")
    for row in rows:
        values = (row.get(column, "") for column in columns)
        table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values))
    rich.console.Console().print(table)


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--precision", choices=["default", "float32", "tensorfloat32"])
    parser.add_argument("--json", type=Path, help="also write all figures there")
    options = parser.parse_args()
    options.precision = options.precision or "default"
    try:
        options.torch = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        print("torch is not installed: only our own figures")
        options.torch = None
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {unknown}; choose from {', '.join(BENCHMARKS)}")
    machine = {"python": platform.python_version(), "torch": options.torch, "cores": os.cpu_count()}
    results: dict[str, Any] = {"machine": machine}
    for name in options.names or BENCHMARKS:
        if name != "descend" or options.torch:
            results[name] = BENCHMARKS[name](options)
            show(name, results[name])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
