"""The lessons that forges show: made from the lessons as they are now, complete and small."""

import re

import pytest
from docsite import forge
from docsite.notebooks import LESSONS, read, scripts
from docsite.site import slug

RENDERED = LESSONS / "rendered"
PATHS = scripts(LESSONS)
NAMES = [path.stem for path in PATHS]
EACH = pytest.mark.parametrize("path", PATHS, ids=NAMES)
COMMAND = (
    "python scripts/build_docs.py --parts lessons --out site --only {} "
    "--markdown scripts/walkthroughs/rendered"
)


@EACH
def test_it_is_that_of_the_lesson_as_it_is_now(path):
    stale = f"stale: remake it in a full run, {COMMAND.format(int(path.name[:2]))}"
    text = (RENDERED / f"{path.stem}.md").read_text("utf-8")
    assert text.startswith(forge.mark(path) + "\n"), stale
    place = 0
    for cell in read(path).notebook.cells:
        code = cell.cell_type == "code"
        part = cell.source.strip("\n") if code else forge.prose(cell.source, NAMES)
        place = text.find(part, place)
        assert place >= 0, f"{stale}; it lacks: {part[:200]}"


@EACH
def test_it_is_small_and_whole(path):
    page, folder = RENDERED / f"{path.stem}.md", RENDERED / path.stem
    figures = sorted(folder.iterdir())
    size = sum(file.stat().st_size for file in (page, *figures))
    assert size <= forge.LARGEST == 500_000
    text = page.read_text("utf-8")
    shown = re.findall(r"^!\[.+\]\((\S+)\)$", text, re.MULTILINE)
    assert {RENDERED / name for name in shown} == set(figures)
    assert len(shown) == path.read_text("utf-8").count("lesson.show(") >= 2
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    anchors = {slug(one) for one in headings}
    for link in re.findall(r"\]\(([^\s)]+)\)", prose):
        assert link[1:] in anchors if link.startswith("#") else (RENDERED / link).exists(), link
    for broken in ("$$", r"\operatorname", "\x1b", "A quick run"):
        assert broken not in text


def test_the_list_has_all_and_there_is_nothing_else():
    text = (RENDERED / "README.md").read_text("utf-8")
    assert text == forge.contents([read(path) for path in PATHS])
    for link in re.findall(r"\]\(([^\s)]+)\)", text):
        assert (RENDERED / link).exists(), link
    names = {f"{name}{end}" for name in NAMES for end in ("", ".md")}
    assert {path.name for path in RENDERED.iterdir()} == {"README.md", *names}
