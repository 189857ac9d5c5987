"""What all pages of the site share: their frame with sidebar and search box, and the index of it.

The pages open from disk and load nothing from other machines. MathJax, which sets equations, is
copied from an installed package.
"""

import html
import importlib.resources
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jinja2

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""
TEMPLATES = Path(__file__).with_name("templates")
MARK = 'name="generator" content="build_docs.py"'
"""On our pages: only a folder with such a page is ever replaced."""
SECTIONS = ("Manual", "Lessons", "Python reference", "Project")
"""Of the sidebar, in their order. Each part of the site fills its own before a page is written."""
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


class DocsError(Exception):
    """What keeps the site from being built, in one line."""


class Link(NamedTuple):
    """A page of the sidebar: its title, and its path within the site."""

    title: str
    path: str


class Entry(NamedTuple):
    """What the search box finds: page, heading, address within the site, and text."""

    page: str
    heading: str
    address: str
    text: str


@dataclass
class Site:
    """A site that is being built in a folder."""

    folder: Path
    sections: dict[str, list[Link]] = field(default_factory=lambda: {name: [] for name in SECTIONS})
    """The sidebar: the links of each section."""
    entries: list[Entry] = field(default_factory=list)
    """What the search box finds."""

    def write(
        self,
        path: str,
        body: str,
        *,
        title: str,
        math: bool = False,
        under: str = "",
        below: Sequence[Link] = (),
    ) -> None:
        """Write a page. Its sidebar has the links in `below` under the one to the path `under`."""
        page = self.folder / path
        page.parent.mkdir(parents=True, exist_ok=True)
        text = ENVIRONMENT.get_template("frame.html.j2").render(
            root="../" * path.count("/"),
            body=body,
            title=title,
            math=math,
            sections=self.sections,
            path=path,
            under=under,
            below=below,
        )
        page.write_text(text, encoding="utf-8")

    def index(self, path: str, body: str, *, title: str) -> None:
        """Let the search box find the headings of a page, and the text below each."""
        self.entries += headings(path, body, title=title)

    def finish(self) -> None:
        """Write what all pages need, and a front page where there is none."""
        if not (self.folder / "index.html").exists():
            body = ENVIRONMENT.get_template("contents.html.j2").render(sections=self.sections)
            self.write("index.html", body, title="jnst")
        for name in ("code.css", "style.css", "search.js", "page.js"):
            shutil.copy(TEMPLATES / name, self.folder)
        index = json.dumps(self.entries, ensure_ascii=False, separators=(",", ":"))
        text = f"window.jnstEntries = {index};\n"
        (self.folder / "search-index.js").write_text(text, encoding="utf-8")
        mathjax = importlib.resources.files("mathjax") / "static" / "mathjax"
        (self.folder / "mathjax").mkdir()
        for file in (mathjax / "es5" / "tex-svg-full.js", mathjax / "LICENSE"):
            (self.folder / "mathjax" / file.name).write_bytes(file.read_bytes())


def headings(path: str, body: str, *, title: str) -> Iterator[Entry]:
    """Yield what stands below each heading of a page that has an id."""
    parts = re.split(r'<h[1-4][^>]* id="([^"]*)"[^>]*>(.*?)</h[1-4]>', body, flags=re.DOTALL)
    for anchor, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield Entry(title, plain(heading), f"{path}#{html.unescape(anchor)}", plain(text))


def slug(heading: str) -> str:
    """Return the name of a heading's anchor, as GitHub makes it: "Whose 1/1000?" is whose-11000."""
    words = re.sub(r"<[^>]+>", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def plain(text: str) -> str:
    """Return the words of a piece of HTML, without the links that headings have to themselves."""
    text = re.sub(r'<a class="anchor-link".*?</a>|<(style|script)\b.*?</\1>', "", text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
