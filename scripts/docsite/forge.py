"""Lessons that have run, as Markdown with figures, which a forge shows without a build.

They lie in `scripts/walkthroughs/rendered`, and their links lead from there.

GitHub, GitLab and Forgejo leave an equation alone that stands between backticks: within a line
``$`x_1`$``, else a block of the language `math`.
"""

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbconvert.filters import strip_ansi
from PIL import Image

from docsite.notebooks import Lesson, read, scripts
from docsite.site import ROOT, DocsError, slug

UP = "../../.."
"""The repository, from where they lie."""
WIDTH = 900
"""Pixels of a figure, about what a forge has room for."""
LARGEST = 500_000
"""Bytes that a lesson may have, with its figures."""
QUALITIES = (75, 65, 55)
"""Of JPEG; the first that makes a lesson small enough is taken."""
_PARTS = re.compile(
    r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$"
    r"|(?P<lessons>\b[Ll]essons?\s\d+(?:\sand\s\d+)?)",
    re.DOTALL,
)


def digest(script: Path) -> str:
    """Return a hash of a lesson and of `lesson.py`: a rendering with another one is stale.

    Most changes of the library leave the lessons' numbers alone, so it has no part in the hash.
    """
    sources = script, script.with_name("lesson.py")
    texts = [path.read_text(encoding="utf-8") for path in sources]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def mark(script: Path) -> str:
    """Return the first line of a rendering."""
    return f"<!-- build_docs.py made this of {script.name}, {digest(script)}. Do not edit. -->"


def linked(words: str, names: Sequence[str]) -> str:
    """Link "lesson 3", or both numbers in "lessons 9 and 10", to those lessons that there are."""
    numbers = {int(name[:2]): name for name in names}

    def link(match: re.Match[str]) -> str:
        name = numbers.get(int(match["number"]))
        return f"[{match[0]}]({name}.md)" if name else match[0]

    return re.sub(r"([Ll]essons?\s)?(?P<number>\d+)", link, words)


def prose(text: str, names: Sequence[str] = ()) -> str:
    r"""Write a text as forges read it: equations, `$x$` and `$$x$$`, and links.

    Code stays, but the name of a file of the repository becomes a link to it, and so does the
    number of a lesson among `names`. GitHub does not allow `\operatorname`, so what it stands for
    is written out.
    """

    def converted(match: re.Match[str]) -> str:
        if match["lessons"]:
            return linked(match[0], names)
        if match["ticks"]:
            name = match[0].strip("`")
            is_file = re.fullmatch(r"\w+(/[\w.]+)+", name) and (ROOT / name).exists()
            return f"[{match[0]}]({UP}/{name})" if is_file else match[0]
        tex = (match["block"] or match["inline"]).strip()
        tex = re.sub(r"\\operatorname\{(\w+)\}", r"\\mathop{\\mathrm{\1}}\\nolimits", tex)
        if match["block"]:
            return f"\n```math\n{tex}\n```\n"
        return f"$`{' '.join(tex.split())}`$"

    return re.sub(r"\n{3,}", "\n\n", _PARTS.sub(converted, text)).strip()


def fenced(text: str, language: str) -> str:
    """Return a block of code, or of what code has printed."""
    text = text.strip("\n")
    return f"```{language}\n{text}\n```"


def reduced(png: bytes, quality: int) -> tuple[str, bytes]:
    """Return the kind and the bytes of a figure: JPEG, or PNG of 256 colours if that is smaller."""
    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((WIDTH, picture.height), Image.Resampling.LANCZOS)
    jpeg, flat = io.BytesIO(), io.BytesIO()
    picture.save(jpeg, "JPEG", quality=quality, optimize=True, progressive=True)
    picture.quantize(256, Image.Quantize.FASTOCTREE).save(flat, "PNG", optimize=True)
    kinds = {"jpg": jpeg.getvalue(), "png": flat.getvalue()}
    return min(kinds.items(), key=lambda kind: len(kind[1]))


def blocks(
    lesson: Lesson, names: Sequence[str], quality: int, files: dict[str, bytes]
) -> Iterator[str]:
    """Yield what cells say and show, and put the figures into `files`, by their names."""
    for cell in lesson.notebook.cells:
        if cell.cell_type == "markdown":
            yield prose(cell.source, names)
        elif cell.source.strip():
            yield fenced(cell.source, "python")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" not in data:
                yield fenced(strip_ansi(output.get("text") or data["text/plain"]), "text")
                continue
            kind, picture = reduced(base64.b64decode(data["image/png"]), quality)
            name = f"{lesson.path.stem}/{len(files) + 1}.{kind}"
            files[name] = picture
            caption = output.metadata.get("image/png", {}).get("alt", "")
            caption = re.sub(r"([\\`*_\[\]<>$])", r"\\\1", caption)
            yield f"![{caption}]({name})"
            if caption:
                yield f"*{caption}*"


def render(lesson: Lesson, titles: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of a lesson that has run: NAME.md, and its figures as NAME/1.png ...

    `titles` are those of all lessons in order, by their names.

    Raises:
        DocsError: it cannot be made smaller than `LARGEST`.

    """
    script, names = lesson.path, list(titles)
    here = names.index(script.stem)
    links = ["[All lessons](README.md)", f"[This lesson as a script](../{script.name})"]
    if here > 0:
        links.append(f"[← {titles[names[here - 1]]}]({names[here - 1]}.md)")
    if here + 1 < len(names):
        links.append(f"[{titles[names[here + 1]]} →]({names[here + 1]}.md)")
    texts = [cell.source for cell in lesson.notebook.cells if cell.cell_type == "markdown"]
    sections = re.findall(r"^## (.+)$", "\n".join(texts), re.MULTILINE)
    items = "\n".join(f"- [{one}](#{slug(one)})" for one in sections)
    around = " · ".join(links)
    for quality in QUALITIES:
        files: dict[str, bytes] = {}
        opening, *rest = blocks(lesson, names, quality, files)
        text = "\n\n".join([mark(script), around, opening, items, *rest, around]) + "\n"
        files[f"{script.stem}.md"] = text.encode()
        if sum(map(len, files.values())) <= LARGEST:
            return files
    raise DocsError(f"{script.name}: more than {LARGEST} bytes at the lowest quality")


def contents(lessons: Sequence[Lesson]) -> str:
    """Return the list of lessons, README.md of the folder."""
    names = [one.path.stem for one in lessons]
    items = [
        f"## [{prose(one.title)}]({one.path.stem}.md)\n\n{prose(one.summary, names)}"
        for one in lessons
    ]
    about = (
        "The lessons with their numbers and figures, as a full run left them: "
        "[`build_docs.py`](../../build_docs.py) makes these files from "
        "[the scripts](..). [How to run a lesson yourself](../../manual/lessons.md) is in "
        "[the manual](../../manual/README.md)."
    )
    return "\n\n".join(["# Neural style transfer, step by step", about, *items]) + "\n"


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Put renderings into a folder. Those of the same lessons are replaced, others stay."""
    for name in {name.removesuffix(".md") for name in files if name.endswith(".md")}:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def write(ran: Sequence[Lesson], folder: Path) -> None:
    """Write lessons that have run, and the list of all that their folder has.

    Raises:
        DocsError: where one is too large; nothing is written then.

    """
    every = [read(path) for path in scripts(ran[0].path.parent)]
    titles = {one.path.stem: one.title for one in every}
    rendered = [render(one, titles) for one in ran]
    for files in [*rendered, {"README.md": contents(every).encode()}]:
        put(files, folder)
