"""`jnst visualize`: what channels of a network look for, a picture each."""

import dataclasses
import math
import time

from jnst.arrays import AnyPicture
from jnst.backbones.tables import BACKBONES
from jnst.commands.options.visualize import Options
from jnst.display.sheet import contact_sheet
from jnst.display.terminal import live
from jnst.dreams.visualize import open_for, visualize
from jnst.errors import InputError, check_choice
from jnst.optimize.loop import Progress
from jnst.pictures import files
from jnst.runs.failures import status
from jnst.runs.signals import uninterrupted
from jnst.system import disk
from jnst.system.streams import say
from jnst.version import __version__
from jnst.weights.network import default_backbone
from jnst.xla import keep_compiled_programs


def run(options: Options) -> int:
    """Visualise and return the exit status."""
    settings = options.recipe
    if options.list:
        name = settings.backbone or default_backbone()
        for layer in BACKBONES[check_choice("backbone", name, BACKBONES)].table:
            say(f"{layer.name:32} {layer.channels}")
        return 0
    network = open_for(settings)
    settings = dataclasses.replace(settings, backbone=network.name)
    stem = f"{network.name}-{settings.layer}".replace("/", "-")
    output = options.output or disk.unused(f"{stem}.png")
    files.check_writable(output)
    columns = math.ceil(math.sqrt(len(settings.channel)))
    least = columns * settings.size  # with what stands around the pictures it may be a little more
    files.check_holds(output, (settings.size, least))
    if options.cache:
        keep_compiled_programs()
    found: dict[int, AnyPicture] = {}
    trouble: InputError | KeyboardInterrupt | None = None
    started = time.monotonic()
    total = settings.steps * len(settings.channel)
    with live([1.0] * total, quiet=options.quiet, begins={0: "compiling"}) as show:
        try:
            for number, channel in enumerate(settings.channel):
                for progress in visualize(network, settings, channel):
                    found[channel] = progress.image
                    done = number * settings.steps + progress.step
                    show(_named(progress, done, f"channel {channel}"))
        except (KeyboardInterrupt, InputError) as error:
            if not found:
                raise
            trouble = error  # what was found until then is kept
    with uninterrupted():
        picture = next(iter(found.values())) if len(settings.channel) == 1 else _sheet(found)
        recorded = {"visualize": dataclasses.asdict(settings)}
        files.write_or_png(output, picture, settings=recorded, software=f"jnst {__version__}")
    if not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output}, {len(found)} of "
            f"{len(settings.channel)} channels of {settings.layer} of {network.name}, "
            f"in {time.monotonic() - started:.0f} s"
        )
    return status(trouble)


def _named(progress: Progress, done: int, name: str) -> Progress:
    return progress._replace(step=done, parts={name: progress.total})


def _sheet(found: dict[int, AnyPicture]) -> AnyPicture:
    """Lay the pictures out, about as many across as down."""
    cells = [(f"channel {channel}", picture) for channel, picture in found.items()]
    columns = math.ceil(math.sqrt(len(cells)))
    return contact_sheet([cells[i : i + columns] for i in range(0, len(cells), columns)])
