"""The lessons as pages, with what their cells print and draw; or, with `text_only`, as written."""

import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExtractOutputPreprocessor

from docsite import forge
from docsite.notebooks import Lesson, read, run
from docsite.site import TEMPLATES, Link, Site, headings


def page(lesson: Lesson, site: Path, exporter: HTMLExporter, **neighbours: Lesson | None) -> str:
    """Return the page of a lesson, and write its figures and what can be downloaded."""
    name = lesson.path.stem
    nbformat.write(lesson.notebook, site / f"{name}.ipynb")
    shutil.copy(lesson.path, site)
    extract = ExtractOutputPreprocessor(extract_output_types={"image/png", "image/svg+xml"})
    resources = {"output_files_dir": name, "unique_key": "figure", "outputs": {}}
    notebook, resources = extract.preprocess(deepcopy(lesson.notebook), resources)
    (site / name).mkdir()
    for file, data in resources["outputs"].items():
        (site / file).write_bytes(data)
    figures = [
        (file, "thumbnail" in cell.metadata.get("tags", []))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for file in output.get("metadata", {}).get("filenames", {}).values()
    ]
    for file, _ in sorted(figures, key=lambda figure: figure[1])[-1:]:
        lesson.thumbnail = file  # the last that is tagged, or the last
    body, _ = exporter.from_notebook_node(notebook, {"lesson": lesson, **neighbours})
    return body


def planned(
    site: Site,
    paths: Sequence[Path],
    *,
    markdown: Path | None = None,
    quick: bool = False,
    text_only: bool = False,
) -> Callable[[], None]:
    """Fill the lessons' section of the sidebar, and return what runs and writes them.

    With a folder `markdown`, they are written there as Markdown, too, once all have run.
    """
    lessons = {f"lessons/{one.path.stem}.html": one for one in map(read, paths)}
    links = [Link(plain_title(one), path) for path, one in lessons.items()]
    site.sections["Lessons"] = [Link("All lessons", "lessons/index.html"), *links]

    def write_all() -> None:
        write(site, lessons, quick=quick, text_only=text_only)
        if markdown:
            forge.write([*lessons.values()], markdown)

    return write_all


def write(
    site: Site, lessons: Mapping[str, Lesson], *, quick: bool = False, text_only: bool = False
) -> None:
    """Write the pages of lessons, given by their paths, and the list of them."""
    folder = site.folder / "lessons"
    folder.mkdir()
    exporter = HTMLExporter(
        template_name="basic",
        extra_template_paths=[str(TEMPLATES)],
        template_file="lesson.html.j2",
        anchor_link_text="#",
    )
    around = [None, *lessons.values(), None]
    for number, (path, lesson) in enumerate(lessons.items()):
        start = time.perf_counter()
        if not text_only:
            run(lesson, quick=quick)
        before, _, after = around[number : number + 3]
        body = page(lesson, folder, exporter, before=before, after=after)
        title = plain_title(lesson)
        below = [Link(one.heading, one.address) for one in headings(path, body, title=title)][1:]
        site.write(path, body, title=title, math=True, under=path, below=below)
        site.index(path, body, title=title)
        print(f"{lesson.path.name}: {time.perf_counter() - start:.1f} s", flush=True)
        shutil.copy(lesson.path.with_name("lesson.py"), folder)
    contents = exporter.environment.get_template("lessons.html.j2")
    body = contents.render(lessons=[*lessons.values()], ran=not text_only)
    site.write("lessons/index.html", body, title="Lessons", math=True)


def plain_title(lesson: Lesson) -> str:
    """Return a title for the sidebar, without marks of emphasis."""
    return re.sub(r"[*`]", "", lesson.title)
