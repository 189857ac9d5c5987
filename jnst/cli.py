"""The command line: the only code that prints. Its options are generated from `Settings`."""

import contextlib
import dataclasses
import io
import itertools
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import jax
import platformdirs
import tyro

from jnst import files, plot, samples
from jnst.arrays import InputError, check_at_least, check_choice
from jnst.backbones import BACKBONES
from jnst.loop import Progress
from jnst.settings import Settings, check
from jnst.stylize import paint, plan
from jnst.terminal import live
from jnst.version import __version__

T = TypeVar("T")


@dataclass(frozen=True)
class Stylize:
    """Paint CONTENT in the manner of STYLE. Without them, paint the built-in sample pair."""

    content: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CONTENT")] = None
    """The photograph: anything Pillow opens."""
    style: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="STYLE")] = None
    """The painting, likewise."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the picture goes (.png .jpg .webp .tif). By default CONTENT-STYLE.png, here."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    save_every: int = 0
    """Also write the picture at every so many steps, numbered; 0 for never."""
    plot: bool = False
    """Also draw the loss curves, into OUTPUT-loss.png."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    list: Literal["layers"] | None = None
    """List what can be chosen, and leave."""
    version: bool = False
    """Print the version, and leave."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jnst COMMAND …` and return its exit status.

    0; 1 for a fault or too little memory, 2 for bad input, 130 for Ctrl-C.
    """
    commands = {"stylize": (Stylize, stylize)}
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if not words or words[0] in ("-h", "--help"):
            print("usage: jnst COMMAND …\n\ncommands:")
            for name, (options, _) in commands.items():
                print(f"  {name:10} {options.__doc__}")
            print("\n'jnst COMMAND --help' lists the options of a command.")
            return 0
        if words[0] == "--version":
            print(f"jnst {__version__}")
            return 0
        options, run = commands[check_choice("command", words[0], commands)]
        chosen = _parse(options, words)
        return chosen if isinstance(chosen, int) else run(chosen)
    except InputError as error:
        return _fail(error, 2)
    except KeyboardInterrupt:
        return _fail("interrupted: nothing was written", 130)
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
            return _fail("out of memory; take a smaller --size", 1)
        return _fail_unexpectedly(error)
    except Exception as error:  # no traceback reaches a user who did not ask for one
        return _fail_unexpectedly(error)


def _parse(options: type[T], words: list[str]) -> T | int:
    """Parse a command's options; return an exit status where help was asked for and given.

    tyro explains a mistake in a box of many lines: its first sentence is the one that says it.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(options, prog=f"jnst {words[0]}", args=words[1:])
    except SystemExit as stop:
        if not stop.code:
            return 0
        lines = [line.strip("│╭╮╰╯ ") for line in complaint.getvalue().splitlines()[1:]]
        sentence = itertools.takewhile(lambda line: not line.startswith("──"), lines)
        raise InputError(f"{' '.join(sentence)}; see 'jnst {words[0]} --help'") from None


def stylize(options: Stylize) -> int:
    """Run one style transfer: pictures in, picture out, progress on the terminal."""
    if options.version:
        print(f"jnst {__version__}")
        return 0
    if options.list is not None:
        print("\n".join(BACKBONES[options.settings.backbone].layers))
        return 0
    settings = options.settings
    check(settings)
    check_at_least("save_every", options.save_every, 0)
    output, plotted = _outputs(options)
    if options.cache:
        _keep_compiled_programs()
    recorded = dataclasses.asdict(settings) | {
        "content": str(options.content or samples.CONTENT),
        "style": str(options.style or samples.STYLE.name),
    }

    def write(path: Path, image) -> None:
        files.write(path, image, settings=recorded, software=f"jnst {__version__}")

    last: Progress | None = None
    curves: list[dict[str, float]] = []
    trouble: InputError | KeyboardInterrupt | None = None
    started = time.monotonic()
    content = files.read(samples.content() if options.content is None else options.content)
    style = files.read(options.style or samples.STYLE)
    stages = plan(content, style, settings)
    costs = [float(stage.size**2) for stage in stages for _ in range(stage.steps)]
    with live(costs, quiet=options.quiet) as show:
        try:
            every = math.gcd(10, options.save_every)  # so that each picture to save comes back
            for progress in paint(content, style, settings, every=every):
                last = progress
                curves.append({"total": progress.total, **progress.parts})
                show(progress)
                if options.save_every and progress.step % options.save_every == 0:
                    numbered = f"{output.stem}-{progress.step:04}{output.suffix}"
                    write(output.with_name(numbered), progress.image)
        except (KeyboardInterrupt, InputError) as error:
            if last is None or last.best_total == math.inf:
                raise
            trouble = error  # what was painted until then is kept
    assert last is not None  # `check` wants at least one step
    with _uninterrupted():
        write(output, last.best)
        if options.plot:
            files.write(plotted, plot.loss_curves(curves))
    if not options.quiet:
        height, width = last.best.shape[1:3]
        print(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}), total "
            f"{last.best_total:.4g}, after {last.step} evaluations, "
            f"in {time.monotonic() - started:.0f} s"
        )
    if isinstance(trouble, InputError):
        return _fail(trouble, 2)
    return 130 if trouble else 0


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let no second Ctrl-C keep the picture from being written."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no Ctrl-C arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _outputs(options: Stylize) -> tuple[Path, Path]:
    """Name the picture and the plot, after the two pictures if need be, and see that both can be.

    Before the run, for it may be long.
    """
    content = options.content.stem if options.content else samples.CONTENT
    style = options.style.stem if options.style else "sample"
    output = options.output or files.unused(f"{content}-{style}.png")
    for source in (options.content, options.style):
        if source is not None and output.exists() and source.exists() and output.samefile(source):
            raise InputError(f"the output {output} is one of the two pictures; choose another name")
    plotted = output.with_name(f"{output.stem}-loss.png")
    for target in (output, plotted) if options.plot else (output,):
        files.check_writable(target)
    return output, plotted


def _keep_compiled_programs() -> None:
    """Let JAX keep what it compiles: the second run at a size starts at once."""
    folder = platformdirs.user_cache_path("jnst", appauthor=False) / "xla"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)


def _fail(message: object, status: int) -> int:
    print(f"jnst: {message}", file=sys.stderr)
    return status


def _fail_unexpectedly(error: Exception) -> int:
    if os.environ.get("JNST_DEBUG"):
        traceback.print_exc()
    reason = " ".join(str(error).split())[:300]
    return _fail(
        f"unexpected {type(error).__name__}: {reason} (a fault of jnst; JNST_DEBUG=1 shows where)",
        1,
    )
