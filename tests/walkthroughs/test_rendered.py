"""The lessons that forges show: made from the lessons as they are now, complete and small."""

import re

import pytest
from helpers import ROOT, load_script

RENDERED = ROOT / "scripts/walkthroughs/rendered"
LESSONS = sorted((ROOT / "scripts/walkthroughs").glob("[0-9]*.py"))
EACH = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def builder():
    return load_script("build_lessons.py")


@EACH
def test_it_is_that_of_the_lesson_as_it_is_now(path, builder):
    command = f"build_lessons.py --out lessons --only {int(path.name[:2])} --markdown {RENDERED}"
    stale = f"stale: remake it in a full run, python scripts/{command.replace(f'{ROOT}/', '')}"
    text = (RENDERED / f"{path.stem}.md").read_text("utf-8")
    assert text.startswith(builder.lessons_markdown.mark(path) + "\n"), stale
    place = 0
    for cell in builder.read(path).notebook.cells:
        code = cell.cell_type == "code"
        part = cell.source.strip("\n") if code else builder.lessons_markdown.prose(cell.source)
        place = text.find(part, place)
        assert place >= 0, f"{stale}; it lacks: {part[:200]}"


@EACH
def test_it_is_small_and_whole(path, builder):
    page, folder = RENDERED / f"{path.stem}.md", RENDERED / path.stem
    figures = sorted(folder.iterdir())
    size = sum(file.stat().st_size for file in (page, *figures))
    assert size <= builder.lessons_markdown.LARGEST == 500_000
    text = page.read_text("utf-8")
    shown = re.findall(r"^!\[.+\]\((\S+)\)$", text, re.MULTILINE)
    assert {RENDERED / name for name in shown} == set(figures)
    assert len(shown) == path.read_text("utf-8").count("lesson.show(") >= 2
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    anchors = {builder.lessons_markdown.anchor(one) for one in headings}
    for link in re.findall(r"\]\((\S+)\)", prose):
        assert link[1:] in anchors if link.startswith("#") else (RENDERED / link).is_file(), link
    for broken in ("$$", r"\operatorname", "\x1b", "A quick run"):
        assert broken not in text


def test_the_list_has_all_and_there_is_nothing_else(builder):
    lessons = [builder.read(path) for path in LESSONS]
    listed = {lesson.path.stem: (lesson.title, lesson.summary) for lesson in lessons}
    assert (RENDERED / "README.md").read_text("utf-8") == builder.lessons_markdown.contents(listed)
    names = {f"{path.stem}{end}" for path in LESSONS for end in ("", ".md")}
    assert {path.name for path in RENDERED.iterdir()} == {"README.md", *names}
