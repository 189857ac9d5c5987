"""Build the lessons into one site that opens from disk: `build_lessons.py --out FOLDER`.

Every lesson runs from its first cell to its last, in a fresh interpreter like the one that runs
this script; with `--text-only` none does, to look at text and equations. The pages load nothing
from other machines: MathJax, which sets the equations, is copied from an installed package.
`--markdown FOLDER` writes the lessons that have run as Markdown, too, for forges.
"""

import argparse
import importlib.resources
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor, ExtractOutputPreprocessor

sys.path.insert(0, str(Path(__file__).parent))
import lessons_markdown

LESSONS = Path(__file__).with_name("walkthroughs")
TEMPLATES = LESSONS / "site"
MARK = 'name="generator" content="build_lessons.py"'  # on our pages: only a site is ever replaced


class LessonError(Exception):
    """What keeps the site from being built, in one line."""


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
        raise LessonError(f"{path.name}: the first cell must begin with '# Title' and a paragraph")
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
            raise LessonError(describe(error, lesson.path, cell)) from error
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


def write(lesson: Lesson, site: Path, exporter: HTMLExporter, **neighbours: Lesson | None) -> None:
    """Write the page of a lesson that has run, its figures, and what can be downloaded."""
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
    sections = lessons_markdown.headings(lesson.notebook)
    more = {"lesson": lesson, "sections": sections, **neighbours}
    html, _ = exporter.from_notebook_node(notebook, more)
    (site / f"{name}.html").write_text(html, encoding="utf-8")


def write_contents(
    lessons: Sequence[Lesson], site: Path, exporter: HTMLExporter, *, ran: bool
) -> None:
    """Write the list of lessons, and what all pages need."""
    html = exporter.environment.get_template("contents.html.j2").render(lessons=lessons, ran=ran)
    (site / "index.html").write_text(html, encoding="utf-8")
    shutil.copy(lessons[0].path.with_name("lesson.py"), site)
    for name in ("style.css", "page.js"):
        shutil.copy(TEMPLATES / name, site)
    mathjax = importlib.resources.files("mathjax") / "static" / "mathjax"
    (site / "mathjax").mkdir()
    for file in (mathjax / "es5" / "tex-svg-full.js", mathjax / "LICENSE"):
        (site / "mathjax" / file.name).write_bytes(file.read_bytes())


def write_markdown(lessons: Sequence[Lesson], folder: Path) -> None:
    """Write lessons that have run as Markdown, and the list of all that lie beside them."""
    every = [read(path) for path in scripts(lessons[0].path.parent)]
    titles = {lesson.path.stem: lesson.title for lesson in every}
    try:
        rendered = [lessons_markdown.render(one.path, one.notebook, titles) for one in lessons]
    except ValueError as error:
        raise LessonError(str(error)) from error
    listed = {lesson.path.stem: (lesson.title, lesson.summary) for lesson in every}
    for files in rendered:
        lessons_markdown.write(files, folder)
    (folder / "README.md").write_text(lessons_markdown.contents(listed), encoding="utf-8")


def build(
    paths: Sequence[Path],
    out: Path,
    *,
    markdown: Path | None = None,
    quick: bool = False,
    text_only: bool = False,
) -> None:
    """Build the site of these lessons in `out`; a site that is there is replaced, but only then."""
    index = out / "index.html"
    ours = index.is_file() and MARK in index.read_text(encoding="utf-8")
    if not ours and out.exists() and (out.is_file() or any(out.iterdir())):
        raise LessonError(f"{out} is neither empty nor a site of lessons: left as it is")
    lessons = [read(path) for path in paths]
    exporter = HTMLExporter(
        template_name="basic",
        extra_template_paths=[str(TEMPLATES)],
        template_file="lesson.html.j2",
        anchor_link_text="#",
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        site, old = Path(work, "site"), Path(work, "old")
        site.mkdir()
        for number, lesson in enumerate(lessons):
            start = time.perf_counter()
            if not text_only:
                run(lesson, quick=quick)
            before, _, after = [None, *lessons, None][number : number + 3]
            write(lesson, site, exporter, before=before, after=after)
            print(f"{lesson.path.name}: {time.perf_counter() - start:.1f} s", flush=True)
        write_contents(lessons, site, exporter, ran=not text_only)
        if markdown:
            write_markdown(lessons, markdown)
        if out.exists():
            out.rename(old)
        site.rename(out)


def scripts(folder: Path) -> list[Path]:
    """List the lessons in a folder, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and build the site."""
    parser = argparse.ArgumentParser(description="Build the lessons into one site.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the site")
    parser.add_argument("--only", type=int, nargs="+", metavar="NN", help="numbers of lessons")
    parser.add_argument("--quick", action="store_true", help="small pictures, few steps")
    text = "run nothing: pages as they are written, without figures, in seconds"
    parser.add_argument("--text-only", action="store_true", help=text)
    text = "write the lessons as Markdown into this folder as well, after a full run"
    parser.add_argument("--markdown", type=Path, metavar="FOLDER", help=text)
    parser.add_argument("--lessons", type=Path, default=LESSONS, help="folder of the lessons")
    options = parser.parse_args(arguments)
    paths = scripts(options.lessons.resolve())
    paths = [path for path in paths if not options.only or int(path.name[:2]) in options.only]
    if not paths:
        parser.error("there are no such lessons")
    if options.markdown and (options.quick or options.text_only):
        parser.error("--markdown is of full runs: without --quick and --text-only")
    how = {"markdown": options.markdown, "quick": options.quick, "text_only": options.text_only}
    try:
        build(paths, options.out.resolve(), **how)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: no site was built", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
