"""Builds of the lessons' pages: each is whole or changes nothing, and a failure is one line."""

import re

import nbformat
import pytest
from helpers import load_script
from helpers_lessons import page, write_lessons

SHORT = """
# %% [markdown]
# # 3. Short
#
# No figure at all.

# %%

# %%
print("{}")
"""


@pytest.fixture(scope="module")
def builder():
    return load_script("build_docs.py")


def build_short(builder, base, text, *words):
    lessons = write_lessons(base / "lessons", short03=text)
    several = ["--parts", "lessons", "--lessons", str(lessons), "--out", str(base / "out")]
    return builder.main([*several, *words])


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_same_lessons_make_the_same_site_and_others_replace_it(builder, tmp_path, capsys):
    assert build_short(builder, tmp_path, SHORT.format("one")) == 0
    assert re.fullmatch(r"03_short\.py: \d+\.\d s\n3 pages in .*\n", capsys.readouterr().out)
    first = contents(tmp_path / "out")
    assert build_short(builder, tmp_path, SHORT.format("one")) == 0
    assert contents(tmp_path / "out") == first
    (tmp_path / "out/lessons/left-over.html").touch()
    assert build_short(builder, tmp_path, SHORT.format("two")) == 0
    assert contents(tmp_path / "out").keys() == first.keys()
    assert "two\n" in page(tmp_path / "out", "03_short")


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (
            "1\n\n\nassert 2 < 1, 'first\\nno, 2 is more'",
            "03_short.py:15: AssertionError: no, 2 is more",
        ),
        ("import os\n\nos._exit(3)", "03_short.py:12: Kernel died"),
        ("1 +\n", "03_short.py:12: SyntaxError: .*"),
    ],
)
def test_a_lesson_that_fails_is_one_line_and_changes_nothing(
    builder, tmp_path, capsys, cell, complaint
):
    assert build_short(builder, tmp_path, SHORT.format("fine"), "--text-only") == 0
    before = contents(tmp_path / "out")
    capsys.readouterr()
    assert build_short(builder, tmp_path, SHORT.format("fine") + f"\n# %%\n{cell}") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(complaint + "\n", err)
    assert contents(tmp_path / "out") == before
    assert {path.name for path in tmp_path.iterdir()} == {"lessons", "out"}


def test_what_is_not_a_site_is_left_alone(builder, tmp_path, capsys):
    mine = tmp_path / "out/index.html"
    mine.parent.mkdir()
    mine.write_text("my own page")
    assert build_short(builder, tmp_path, SHORT.format("fine")) == 1
    assert "neither empty nor a site of this script" in capsys.readouterr().err
    assert mine.read_text() == "my own page"


def test_a_lesson_needs_a_title(builder, tmp_path, capsys):
    assert build_short(builder, tmp_path, "# %%\nprint(1)\n") == 1
    assert "03_short.py: the first cell must begin" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_only(builder, tmp_path, capsys):
    lessons = write_lessons(tmp_path / "lessons", no01="raise 1", short03=SHORT.format("x"))
    out = ["--lessons", str(lessons), "--out", str(tmp_path / "out")]
    arguments = ["--parts", "lessons", *out, "--text-only", "--only"]
    assert builder.main([*arguments, "03"]) == 0
    assert [path.name for path in (tmp_path / "out/lessons").glob("03*.html")] != []
    assert not list((tmp_path / "out/lessons").glob("01*"))
    assert builder.main([*arguments, "7"]) == 1
    assert "no such lessons" in capsys.readouterr().err


def test_a_full_run_is_written_as_markdown_too(builder, tmp_path, capsys):
    text, forge = SHORT.format("one"), tmp_path / "forge"
    assert build_short(builder, tmp_path, text, "--markdown", str(forge)) == 0
    assert {path.name for path in forge.iterdir()} == {"README.md", "03_short.md"}
    assert "[3. Short](03_short.md)" in (forge / "README.md").read_text("utf-8")
    before = contents(forge)
    assert b"```text\none\n```" in before[forge / "03_short.md"]
    assert build_short(builder, tmp_path, text + "\n# %%\n1 / 0", "--markdown", str(forge)) == 1
    assert contents(forge) == before
    for words in (["--quick"], ["--text-only"], ["--parts", "manual"]):
        with pytest.raises(SystemExit):
            build_short(builder, tmp_path, text, "--markdown", str(forge), *words)
        assert "--markdown is of full runs" in capsys.readouterr().err


def test_text_only_runs_nothing(builder, tmp_path):
    """Cells stand on the page, in the order in which they are written, without what they print."""
    text = SHORT.format("once") + "\n# %%\nraise ValueError\n\n# %% [markdown]\n# The $x_1$ end.\n"
    assert build_short(builder, tmp_path, text, "--text-only") == 0
    html = page(tmp_path / "out", "03_short")
    assert html.index("once") < html.index("ValueError") < html.index("The $x_1$ end.")
    assert 'class="printed"' not in html
    notebook = nbformat.read(tmp_path / "out/lessons/03_short.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    index = page(tmp_path / "out", "index")
    assert "3. Short" in index
    assert "a program that did not run when this page was made:" in " ".join(index.split())
    assert "<img" not in index
