"""The manual: Markdown that a forge shows as it is, as pages of the site.

Links between files of the repository become links between pages. A file that is no page is copied,
and a link to nothing is an error. `scripts/manual/README.md` lists the pages in their order.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from docsite.options import table
from docsite.site import ROOT, DocsError, Link, Site, slug

MANUAL = "scripts/manual"
"""Where the pages are in the repository."""
PROJECT = {
    "scripts/bench/README.md": Link("Benchmarks", "project/benchmarks.html"),
    "weights/README.md": Link("Weights", "project/weights.html"),
    "weights/LICENSES.md": Link("Licences of the weights", "project/licences.html"),
    "ARCHITECTURE.md": Link("Architecture", "project/architecture.html"),
    "CONTRIBUTING.md": Link("Contributing", "project/contributing.html"),
    "CHANGELOG.md": Link("Changes", "project/changes.html"),
}
"""The other documents of the repository: pages, by their files."""
_MATH = re.compile(r"\$[\\A-Za-z]")
_TABLE = re.compile(r"^<!-- (options|presets) of jnst ([a-z]+) -->\n(?:.+\n)*", re.MULTILINE)


def pages() -> dict[str, Link]:
    """Return the pages of the manual by their files, in the order in which they are listed."""
    listed = (ROOT / MANUAL / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^- \[(.+?)\]\(([a-z-]+)\.md\)", listed, re.MULTILINE)
    return {f"{MANUAL}/{name}.md": Link(title, f"manual/{name}.html") for title, name in found}


def planned(site: Site) -> Callable[[], None]:
    """Fill the manual's sections of the sidebar, and return what writes the pages."""
    manual = {f"{MANUAL}/README.md": Link("Overview", "manual/index.html"), **pages()}
    site.sections["Manual"] = [*manual.values()]
    site.sections["Project"] = [*PROJECT.values()]
    return partial(write, site, {"README.md": Link("jnst", "index.html"), **manual, **PROJECT})


def write(site: Site, documents: Mapping[str, Link]) -> None:
    """Write documents as pages, given by their files; they may link to the lessons there are."""
    lessons = [link for link in site.sections["Lessons"] if link.path[8:9].isdigit()]
    addresses = {file: link.path for file, link in documents.items()} | {
        f"scripts/walkthroughs/{Path(link.path).stem}.py": link.path for link in lessons
    }
    if lessons:
        addresses["scripts/walkthroughs/rendered/README.md"] = "lessons/index.html"
    for file, link in documents.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        body = to_html(with_tables(text), file, link.path, addresses, site.folder)
        site.write(link.path, body, title=link.title, math=_MATH.search(text) is not None)
        site.index(link.path, body, title=link.title)


def with_tables(text: str) -> str:
    """Put a table of a command's options, or presets, in place of each comment that asks for it.

    The lines below the comment, to the next empty one, are for who reads the file itself.
    """
    return _TABLE.sub(lambda found: f"{table(*found.groups())}\n", text)


def to_html(text: str, file: str, path: str, addresses: dict[str, str], folder: Path) -> str:
    """Return a document as HTML; copy the files that it links to into the folder of the site."""
    renderer = _Renderer(file, path, addresses, folder)
    return MarkdownWithMath(renderer=renderer).render(text)


class _Renderer(IPythonRenderer):
    """Sets headings with anchors, all code alike, and links from one page to another."""

    def __init__(self, file: str, path: str, addresses: dict[str, str], folder: Path) -> None:
        super().__init__(escape=False)
        self.file, self.path, self.addresses, self.folder = file, path, addresses, folder

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        name = slug(text)
        mark = f'<a class="anchor-link" href="#{name}" aria-label="Link to this section">#</a>'
        return f'<h{level} id="{name}">{text}{mark if level > 1 else ""}</h{level}>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        made = super().block_code(code, info)
        return made if info else f'<div class="highlight">{made}</div>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self._address(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<figure>{super().image(text, self._address(url), title)}</figure>"

    def _address(self, url: str) -> str:
        if re.match(r"[a-z]+:|#", url):
            return url
        name, mark, anchor = url.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(self.file), name))
        if file not in self.addresses:
            if not (ROOT / file).is_file():
                raise DocsError(f"{self.file}: there is no file {url}")
            copy = self.folder / "files" / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, copy)
        address = self.addresses.get(file, f"files/{file}")
        return os.path.relpath(address, os.path.dirname(self.path) or ".") + mark + anchor
