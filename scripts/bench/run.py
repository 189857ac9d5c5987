"""Ours against torch: seconds and bytes of the same work, as ratios, interleaved.

    python scripts/bench/run.py [eval time-to-loss picture batch memory start] [--quick] …

Needs torch beside jnst, and for `picture` also pastiche; without them only our own figures are
printed. Each side runs in a process of its own and they take turns. Before `eval` times anything,
both sides' totals and gradients must agree, and for `time-to-loss` the totals that they start with.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich.console
import rich.table
from benchmarks import AGREE, BENCHMARKS

from jnst.pictures import files, samples


def version(package: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine(device: str) -> dict[str, Any]:
    """Describe what the figures were taken on."""
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    packages = {name: version(name) for name in ("jax", "jaxlib", "torch", "pastiche")}
    found = {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), **packages}
    if device == "cuda":
        asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        found["gpu"] = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return found


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--sizes", type=int, nargs="+", help="instead of each one's own")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--precision", choices=tuple(AGREE), nargs="+", help="of eval")
    parser.add_argument("--content", help="instead of the built-in photograph")
    parser.add_argument("--style", default=str(samples.STYLE), help="instead of the built-in one")
    parser.add_argument("--json", type=Path, help="also write all figures there")
    options = parser.parse_args(arguments)
    options.torch = version("torch")
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {unknown}; choose from {', '.join(BENCHMARKS)}")
    with tempfile.TemporaryDirectory() as folder:
        if options.content is None:
            options.content = f"{folder}/content.png"
            files.write(options.content, files.read(samples.content()))
        options.pair = {"content": options.content, "style": options.style}
        results: dict[str, Any] = {"machine": machine(options.device)}
        for name in options.names or BENCHMARKS:
            if name == "time-to-loss" and not options.torch:
                continue
            results[name] = BENCHMARKS[name](options)
            show(name, results[name])
            if options.json:
                options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
