"""`jnst sweep`: every combination of some settings, on one contact sheet."""

from jnst.commands.options.sweep import Options
from jnst.experiments.grid import paint_all
from jnst.experiments.sweep import cells, parse
from jnst.system import disk
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.quality import with_quality
from jnst.xla import keep_compiled_programs


def run(options: Options) -> int:
    """Paint the grid and return the exit status."""
    variations = [parse(words) for words in options.vary]
    settings = with_styles(options.settings, options.inputs.styles)
    settings = with_quality(settings, options.quality, preset=options.preset)
    grid = cells(settings, variations, inputs=options.inputs)
    if options.cache:
        keep_compiled_programs()
    several = [values for _, values in variations if len(values) > 1]
    columns = len(several[-1]) if several else 1
    rows = [grid[i : i + columns] for i in range(0, len(grid), columns)]
    folder = options.output or disk.unused("sweep")
    return paint_all(rows, folder, quiet=options.quiet)
