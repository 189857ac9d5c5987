"""Lessons that have run, as Markdown with figures, which a forge shows without a build.

GitHub, GitLab and Forgejo leave an equation alone that stands between backticks: within a line
``$`x_1`$``, else a block of the language `math`.
"""

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from PIL import Image

WIDTH = 900
"""Pixels of a figure, about what a forge has room for."""
LARGEST = 500_000
"""Bytes that a lesson may have, with its figures."""
QUALITIES = (75, 65, 55)
"""Of JPEG; the first that makes a lesson small enough is taken."""
_CODE_OR_EQUATION = re.compile(
    r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$",
    re.DOTALL,
)


def digest(script: Path) -> str:
    """Return a hash of a lesson and of `lesson.py`: a rendering with another one is stale.

    Most changes of the library leave the lessons' numbers alone, so it has no part in the hash.
    """
    sources = script, script.with_name("lesson.py")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def mark(script: Path) -> str:
    """Return the first line of a rendering."""
    return f"<!-- build_lessons.py made this of {script.name}, {digest(script)}. Do not edit. -->"


def anchor(heading: str) -> str:
    """Return the name that a forge gives to a heading: "Whose 1/1000?" is "whose-11000"."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(notebook: nbformat.NotebookNode) -> list[str]:
    """List the headings of a lesson's sections."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return re.findall(r"^## (.+)$", "\n".join(texts), re.MULTILINE)


def prose(text: str) -> str:
    r"""Write the equations in a text, `$x$` and `$$x$$`, as forges read them; code stays.

    GitHub does not allow `\operatorname`, so what it stands for is written out.
    """

    def converted(match: re.Match[str]) -> str:
        if match["ticks"]:
            return match[0]
        tex = (match["block"] or match["inline"]).strip()
        tex = re.sub(r"\\operatorname\{(\w+)\}", r"\\mathop{\\mathrm{\1}}\\nolimits", tex)
        if match["block"]:
            return f"\n```math\n{tex}\n```\n"
        return f"$`{' '.join(tex.split())}`$"

    return re.sub(r"\n{3,}", "\n\n", _CODE_OR_EQUATION.sub(converted, text)).strip()


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
    notebook: nbformat.NotebookNode, folder: str, quality: int, files: dict[str, bytes]
) -> Iterator[str]:
    """Yield what cells say and show, and put the figures into `files`, by their names."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield prose(cell.source)
        elif cell.source.strip():
            yield fenced(cell.source, "python")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" not in data:
                yield fenced(strip_ansi(output.get("text") or data["text/plain"]), "text")
                continue
            kind, picture = reduced(base64.b64decode(data["image/png"]), quality)
            name = f"{folder}/{len(files) + 1}.{kind}"
            files[name] = picture
            caption = output.metadata.get("image/png", {}).get("alt", "")
            caption = re.sub(r"([\\`*_\[\]<>$])", r"\\\1", caption)
            yield f"![{caption}]({name})"
            if caption:
                yield f"*{caption}*"


def render(
    script: Path, notebook: nbformat.NotebookNode, titles: Mapping[str, str]
) -> dict[str, bytes]:
    """Return the files of a lesson that has run: NAME.md, and its figures as NAME/1.png ...

    `titles` are those of all lessons in order, by their names.

    Raises:
        ValueError: it cannot be made smaller than `LARGEST`.

    """
    name, names = script.stem, list(titles)
    here = names.index(name)
    links = ["[All lessons](README.md)", f"[This lesson as a script](../{script.name})"]
    if here > 0:
        links.append(f"[← {titles[names[here - 1]]}]({names[here - 1]}.md)")
    if here + 1 < len(names):
        links.append(f"[{titles[names[here + 1]]} →]({names[here + 1]}.md)")
    for quality in QUALITIES:
        files: dict[str, bytes] = {}
        opening, *rest = blocks(notebook, name, quality, files)
        items = "\n".join(f"- [{one}](#{anchor(one)})" for one in headings(notebook))
        around = " · ".join(links)
        text = "\n\n".join([mark(script), around, opening, items, *rest, around]) + "\n"
        files[f"{name}.md"] = text.encode()
        if sum(map(len, files.values())) <= LARGEST:
            return files
    raise ValueError(f"{script.name}: more than {LARGEST} bytes at the lowest quality")


def contents(lessons: Mapping[str, tuple[str, str]]) -> str:
    """Return the list of lessons, README.md of the folder, from their titles and summaries."""
    items = [
        f"## [{prose(title)}]({name}.md)\n\n{prose(summary)}"
        for name, (title, summary) in lessons.items()
    ]
    about = (
        "The lessons with their numbers and figures, as a full run left them. "
        "`scripts/build_lessons.py` makes these files from the scripts one folder up."
    )
    return "\n\n".join(["# Neural style transfer, step by step", about, *items]) + "\n"


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write renderings into a folder. Those of the same lessons are replaced, others stay."""
    for name in {name.removesuffix(".md") for name in files if name.endswith(".md")}:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
