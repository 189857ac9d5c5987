"""The live line that a run shows on the terminal."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

import rich.console
import rich.progress

from jnst.loop import Progress


@contextlib.contextmanager
def live(costs: Sequence[float], *, quiet: bool) -> Iterator[Callable[[str | Progress], None]]:
    """Show a live line; yield a function that takes what is being done, or a `Progress`.

    `costs` has a number for each evaluation to come, proportional to the time that it will take.
    """
    console = rich.console.Console(stderr=True, quiet=quiet, highlight=False)
    bar = rich.progress.Progress(
        rich.progress.TextColumn("{task.completed}/{task.total}"),
        rich.progress.BarColumn(bar_width=20),
        rich.progress.TextColumn("{task.description}"),
        rich.progress.TextColumn("{task.fields[left]}"),
        transient=True,
        console=console,
        disable=not console.is_terminal,
    )
    began: list[float] = []
    shrink = 1.0
    with bar:
        task = bar.add_task("starting", total=len(costs), left="")

        def show(event: str | Progress) -> None:
            nonlocal shrink
            if isinstance(event, str):
                bar.update(task, description=event)
                return
            began.append(time.monotonic())
            done = len(began) - 1
            # From the first step's end: compiling is over by then. A chunk's steps end together.
            pace = (began[-1] - began[0]) / max(sum(costs[1 : done + 1]), costs[0])
            left = pace * sum(costs[event.step :])
            height, width = event.image.shape[1:3]
            terms = "  ".join(f"{name} {value:.3g}" for name, value in event.parts.items())
            bar.update(
                task,
                completed=event.step,
                description=f"{width} x {height}  total {event.total:.4g}  {terms}",
                left=f"{left:.0f} s left" if done else "",
            )
            if event.shrink < shrink:
                shrink = event.shrink
                console.print(
                    f"step {event.step}: the loss is not a finite number; back to the best "
                    f"picture, with steps {shrink:g} times as large"
                )

        yield show
