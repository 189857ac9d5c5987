"""The lessons as notebooks, and what runs them.

Every lesson runs from its first cell to its last, in a fresh interpreter like the one that builds
the site.
"""

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from docsite.site import ROOT, DocsError

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


def scripts(folder: Path) -> list[Path]:
    """List the lessons in a folder, in order."""
    return sorted(folder.resolve().glob("[0-9][0-9]_*.py"))


def numbered(folder: Path, only: Sequence[int]) -> list[Path]:
    """List the lessons in a folder, or those with some numbers.

    Raises:
        DocsError: where there are none.

    """
    paths = [path for path in scripts(folder) if not only or int(path.name[:2]) in only]
    if not paths:
        raise DocsError("there are no such lessons")
    return paths


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
