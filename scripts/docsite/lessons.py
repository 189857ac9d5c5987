"""The lessons as pages, with what their cells print and draw.

Every lesson runs from its first cell to its last, in a fresh interpreter like the one that builds
the site; or none does, to look at text and equations.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor, ExtractOutputPreprocessor

from docsite.site import ROOT, TEMPLATES, DocsError, Link, Site

LESSONS = ROOT / "scripts" / "walkthroughs"
"""Where the lessons are."""


@dataclass
class Lesson:
    """A lesson: its notebook, and what stands on its card."""

    path: Path
    notebook: nbformat.NotebookNode
    title: str
    summary: str
    thumbnail: str | None = None


def read(path: Path) -> Lesson:
    """Read a script in percent format whose first cell begins with a title and a paragraph."""
    notebook = jupytext.read(path, fmt="py:percent")
    opening = re.match(r"# (.+)\n\s*\n(.+(?:\n.+)*)", notebook.cells[0].source)
    if opening is None:
        raise DocsError(f"{path.name}: the first cell must begin with '# Title' and a paragraph")
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"  # jupytext's are random; the same lesson makes the same site
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.kernelspec = kernel
    return Lesson(path, notebook, opening[1], opening[2])


def run(lesson: Lesson, *, quick: bool = False) -> None:
    """Run all cells of a lesson and keep what they print and show."""
    cells = [cell for cell in lesson.notebook.cells if cell.cell_type == "code" and cell.source]
    # With no folders to look in, "python3" is this interpreter, whatever else is installed. Not
    # encrypted, it would warn that other users of this machine might listen.
    kernel = AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport_encryption="auto"
    )
    client = NotebookClient(lesson.notebook, km=kernel, record_timing=False)
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | {
            "LESSON_OPTIONS": "--quick" if quick else "",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "IPYTHONDIR": empty,  # none of the user's start-up files
        }
        try:
            client.execute(cwd=str(lesson.path.parent), env=environment, cleanup_kc=True)
        except (CellExecutionError, DeadKernelError) as error:
            cell = cells[max(client.code_cells_executed, 1) - 1]
            raise DocsError(describe(error, lesson.path, cell)) from error
    for cell in cells:  # logs and warnings are for whoever builds the site, not for its readers
        for output in [output for output in cell.outputs if output.get("name") == "stderr"]:
            print(output.text, end="", file=sys.stderr)
            cell.outputs.remove(output)
    CoalesceStreamsPreprocessor().preprocess(lesson.notebook, {})  # what is printed comes in bits


def describe(error: Exception, path: Path, cell: nbformat.NotebookNode) -> str:
    """Say in one line where in its script a lesson stopped, and why."""
    before, _, _ = path.read_text(encoding="utf-8").partition(cell.source)
    line, reason = before.count("\n") + 1, str(error)
    if isinstance(error, CellExecutionError):
        last = error.evalue.strip().rpartition("\n")[2]
        reason = f"{error.ename}: {last}" if last else error.ename
        traceback = re.sub(r"\x1b\[[\d;]*m", "", error.traceback)
        within = re.search(r"Cell In\[\d+\], line (\d+)", traceback)
        line += int(within[1]) - 1 if within else 0
    return f"{path.name}:{line}: {reason}"


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


def numbered(folder: Path, only: Sequence[int]) -> list[Path]:
    """List the lessons in a folder, or those with some numbers.

    Raises:
        DocsError: where there are none.

    """
    scripts = sorted(folder.resolve().glob("[0-9][0-9]_*.py"))
    paths = [path for path in scripts if not only or int(path.name[:2]) in only]
    if not paths:
        raise DocsError("there are no such lessons")
    return paths


def planned(
    site: Site, paths: Sequence[Path], *, quick: bool = False, text_only: bool = False
) -> Callable[[], None]:
    """Fill the lessons' section of the sidebar, and return what runs and writes them."""
    lessons = {f"lessons/{one.path.stem}.html": one for one in map(read, paths)}
    links = [Link(plain_title(one), path) for path, one in lessons.items()]
    site.sections["Lessons"] = [Link("All lessons", "lessons/index.html"), *links]
    return partial(write, site, lessons, quick=quick, text_only=text_only)


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
        site.write(path, body, title=plain_title(lesson), math=True)
        site.index(path, body, title=plain_title(lesson))
        print(f"{lesson.path.name}: {time.perf_counter() - start:.1f} s", flush=True)
        shutil.copy(lesson.path.with_name("lesson.py"), folder)
    contents = exporter.environment.get_template("lessons.html.j2")
    body = contents.render(lessons=[*lessons.values()], ran=not text_only)
    site.write("lessons/index.html", body, title="Lessons", math=True)


def plain_title(lesson: Lesson) -> str:
    """Return a title for the sidebar, without marks of emphasis."""
    return re.sub(r"[*`]", "", lesson.title)
