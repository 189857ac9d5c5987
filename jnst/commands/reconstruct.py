"""`jnst reconstruct`: what each layer knows of a picture, on one contact sheet."""

from jnst.commands.options.reconstruct import Options
from jnst.experiments import reconstruct
from jnst.experiments.grid import paint_all
from jnst.system import disk
from jnst.xla import keep_compiled_programs


def run(options: Options) -> int:
    """Paint the reconstructions and return the exit status."""
    found = reconstruct.cells(
        options.settings,
        content=options.content_from,
        style=options.style_from,
        inputs=options.inputs,
    )
    if options.cache:
        keep_compiled_programs()
    styles = sum(bool(cell.settings.style_layers) for cell in found)
    rows = [found[: len(found) - styles], found[len(found) - styles :]]
    folder = options.output or disk.unused("reconstruct")
    return paint_all(rows, folder, quiet=options.quiet)
