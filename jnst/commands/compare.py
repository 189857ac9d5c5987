"""`jnst compare`: results beside each other, each with its distance to content and style."""

import os
from collections.abc import Sequence
from pathlib import Path

from jnst.commands.asjson import tell
from jnst.commands.compare_films import compare_films
from jnst.commands.measures import Row, as_table, show, write_csv
from jnst.commands.options.compare import Options
from jnst.errors import InputError
from jnst.experiments.compare import DIRECTIONS, WINDOW, Comparison, compare
from jnst.pictures import files, samples
from jnst.runs.pictures import tell_of_more
from jnst.runs.record import restore
from jnst.system import disk
from jnst.system.streams import say
from jnst.transfer.settings import Settings
from jnst.xla import keep_compiled_programs


def run(options: Options) -> int:
    """Measure all results, print the table and return the exit status."""
    if options.csv is not None:
        disk.check_writable(options.csv, [".csv"])
    if options.cache:
        keep_compiled_programs()
    if options.video is not None:
        return compare_films(options)
    made_of = [_made_of(path, options) for path in options.results]
    named = [*options.results, *(source for pair in made_of for source in pair)]
    tell_of_more((source for source in named if isinstance(source, Path)), quiet=False)
    found = [
        compare(files.read(path), files.read(content), files.read(style), options.settings)
        for path, (content, style) in zip(options.results, made_of, strict=True)
    ]
    names, rows = [str(path) for path in options.results], _rows(found)
    if options.csv is not None:
        write_csv(options.csv, names, rows)
    if options.json:
        tell(as_table(names, rows))
        return 0
    _show(names, rows, options.settings)
    if options.csv is not None:
        say(f"wrote {options.csv}")
    return 0


def _made_of(path: Path, options: Options) -> tuple[files.Source, files.Source]:
    """Find the content and the style of a result: as given, or by its metadata."""
    content, style = options.content, options.style
    if content is not None and style is not None:
        return content, style
    recorded = files.read_settings(path)
    if recorded is None:
        raise InputError(f"{path} does not say what it was made of; give --content and --style")
    _, inputs = restore(recorded)
    if style is None and len(inputs.styles) > 1:
        raise InputError(f"{path} was made of {len(inputs.styles)} styles; give --style, one")
    content, style = content or inputs.content, style or next(iter(inputs.styles), None)
    for what, source in {"content": content, "style": style}.items():
        if source is not None and not os.path.exists(source):
            raise InputError(f"{path} was made of {source}, which is not there; give --{what}")
    return content or samples.content(), style or samples.STYLE


PICTURE_TERMS = {"tv": "total variation", "lines": "straight lines"}
"""Losses on the picture itself, as the table calls them."""


def _rows(found: Sequence[Comparison]) -> list[Row]:
    """List the measures, totals first, with a value for each comparison."""
    first = found[0]
    rows = [
        Row("width, pixels", "", [one.width for one in found]),
        Row("height, pixels", "", [one.height for one in found]),
        Row("total loss, weighted", "lower", [sum(one.weighted.values()) for one in found]),
        Row("content loss, weighted", "lower", [one.weighted["content"] for one in found]),
    ]
    rows += [
        Row(f"content loss {layer}", "lower", [one.content[layer] for one in found])
        for layer in first.content
    ]
    rows.append(Row("style loss, weighted", "lower", [one.weighted["style"] for one in found]))
    rows += [
        Row(f"style loss {layer}", "lower", [one.style[layer] for one in found])
        for layer in first.style
    ]
    for name in first.picture:
        title = PICTURE_TERMS.get(name, name)
        rows.append(Row(f"{title}, weighted", "lower", [one.weighted[name] for one in found]))
        rows.append(Row(title, "lower", [one.picture[name] for one in found]))
    rows.append(Row("structure as content (SSIM)", "higher", [one.similarity for one in found]))
    rows += [
        Row(f"distance W to style {layer}", "lower", [one.wasserstein[layer] for one in found])
        for layer in first.wasserstein
    ]
    rows += [
        Row("colours to style", "lower", [one.colour_to_style for one in found]),
        Row("colours to content", "lower", [one.colour_to_content for one in found]),
    ]
    return rows


def _show(names: Sequence[str], rows: Sequence[Row], settings: Settings) -> None:
    """Print the table, and what its measures are."""
    show(names, rows)
    say(
        f"Content loss: {settings.content_loss}, {settings.content_scale}.",
        f"Style loss: {settings.style_loss}, {settings.style_scale}.",
        f"Total variation: {settings.tv}, {settings.tv_scale}. By layer without weights.",
        f"SSIM: of luminance, Gaussian window {WINDOW} x {WINDOW}, data range 1.",
        "W: not squared, relative: 1 is the distance to a blank map.",
        f"Colours: mean Wasserstein-1 distance along {len(DIRECTIONS)} directions of RGB, "
        "scale 0 to 1.",
    )
