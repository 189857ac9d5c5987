"""The site of the lessons: complete, from this machine only, and never half written."""

import html
import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import CHROMIUM, DUMP, ROOT, load_script
from PIL import Image

FIRST = """
# %% [markdown]
# # 1. The *first* matrix $M_{ij}$
#
# About $a_1 * b_2 * c_{ij}$ and
# `code`.
#
# The second paragraph stays on the page.

# %%
import sys
import warnings

import lesson
import matplotlib.pyplot as plt

options = lesson.options("First", size=(256, 48))
print(f"size {options.size}, by {sys.executable}, {'stranger' in globals()}")
warnings.warn("not for readers")
print("one", flush=True)
print("two")

# %% [markdown]
# $$ \\{a*b*c\\} = \\frac{1}{2} \\\\
#    y_{ij} < \\sum_k F_{ik} $$
#
# Some $x_*y_*$ in the text, and `5_000 * $HOME` in code.

# %% tags=["thumbnail"]
plt.figure(figsize=(3, 1))
plt.plot([1, 2])
lesson.show("wide", 'A "wide" <figure> & $w_1 * w_2$')

# %%
plt.figure(figsize=(1, 3))
plt.plot([1, 2])
lesson.show("tall", "A tall figure")

# %%
"""
SECOND = """
# %% [markdown]
# # 2. The second
#
# Figures without a tag or a caption.

# %%
import matplotlib.pyplot as plt

plt.figure(figsize=(3, 1))
plt.plot([1, 2])
plt.show()

# %%
plt.figure(figsize=(1, 3))
plt.plot([1, 2])
plt.show()
"""
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
    return load_script("build_lessons.py")


def write_lessons(folder, **lessons):
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts/walkthroughs/lesson.py", folder)
    for name, text in lessons.items():
        (folder / f"{name[-2:]}_{name[:-2]}.py").write_text(text.lstrip(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(builder, tmp_path_factory):
    """Two lessons, built where another kernel is installed and start-up files wait."""
    base = tmp_path_factory.mktemp("site")
    other = base / "data/kernels/python3/kernel.json"
    other.parent.mkdir(parents=True)
    other.write_text(json.dumps({"argv": ["false"], "display_name": "x", "language": "python"}))
    startup = base / "ipython/profile_default/startup/00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("stranger = 1")
    lessons = write_lessons(base / "lessons", first01=FIRST, second02=SECOND)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(base / "data"))
        patch.setenv("IPYTHONDIR", str(base / "ipython"))
        patch.setenv("LESSON_OPTIONS", "--size 7")
        out = base / "deep" / "out"
        assert builder.main(["--lessons", str(lessons), "--out", str(out), "--quick"]) == 0
    return out


def page(site, name):
    return (site / f"{name}.html").read_text(encoding="utf-8")


def values(text, tag, attribute):
    """All values of an attribute, in order."""
    return [element.get(attribute) for element in BeautifulSoup(text, "html.parser")(tag)]


def test_the_list_has_each_lesson_with_title_first_paragraph_and_picture(site):
    index = page(site, "index")
    assert values(index, "a", "href") == ["01_first.html", "02_second.html"]
    cards = index.split("<li>")[1:]
    assert "1. The *first* matrix $M_{ij}$" in cards[0]
    assert "About $a_1 * b_2 * c_{ij}$ and\n<code>code</code>." in cards[0]
    assert "second paragraph" not in index
    tagged, last = (site / values(card, "img", "src")[0] for card in cards)
    with Image.open(tagged) as wide, Image.open(last) as tall:
        assert wide.width > wide.height
        assert tall.width < tall.height


def test_every_page_leads_on(site):
    first, second = (values(page(site, name), "a", "href") for name in ("01_first", "02_second"))
    assert {"index.html", "02_second.html"} <= set(first)
    assert {"index.html", "01_first.html"} <= set(second)


def test_markdown_leaves_equations_alone(site):
    text = html.unescape(page(site, "01_first"))
    assert "$$ \\{a*b*c\\} = \\frac{1}{2} \\\\\n   y_{ij} < \\sum_k F_{ik} $$" in text
    assert "$x_*y_*$" in text
    assert "<code>5_000 * $HOME</code>" in text


def test_everything_that_a_page_names_is_in_the_site(site):
    pages = sorted(site.glob("*.html"))
    assert len(pages) == 3
    for path in pages:
        text = path.read_text(encoding="utf-8")
        soup = BeautifulSoup(text, "html.parser")
        links = [tag.get("src") or tag.get("href") for tag in soup(src=True) + soup(href=True)]
        assert "style.css" in links
        assert "mathjax/tex-svg-full.js" in links
        for link in links:
            assert "//" not in link
            assert link.startswith("#") or (site / link).is_file(), link
    for path in [*pages, site / "style.css"]:
        assert not re.search(r"@import|\burl\(|base64", path.read_text(encoding="utf-8"))
    assert (site / "mathjax/LICENSE").is_file()


def test_a_caption_is_seen_and_read_out(site):
    text, caption = page(site, "01_first"), 'A "wide" <figure> & $w_1 * w_2$'
    assert values(text, "img", "alt") == [caption, "A tall figure"]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    assert [html.unescape(one) for one in captions] == [caption, "A tall figure"]


def test_a_figure_without_caption_has_a_description(site):
    text = page(site, "02_second")
    assert values(text, "img", "alt") == ["A figure that the code above draws."] * 2
    assert "<figcaption>" not in text


def test_lessons_run_small_in_this_interpreter_without_the_users_start_up_files(site):
    assert f"size 48, by {sys.executable}, False" in page(site, "01_first")


def test_what_a_cell_prints_is_one_block_without_logs(site):
    assert "\none\ntwo\n" in page(site, "01_first")
    assert "UserWarning" not in page(site, "01_first")
    assert "UserWarning" not in (site / "01_first.ipynb").read_text(encoding="utf-8")


def test_downloads(site):
    assert (site / "01_first.py").read_text(encoding="utf-8") == FIRST.lstrip()
    assert (site / "lesson.py").is_file()
    notebook = nbformat.read(site / "01_first.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert any("image/png" in output.get("data", {}) for output in notebook.cells[3].outputs)


def test_pages_suit_phones_and_readers(site):
    for name in ("index", "01_first"):
        assert '<html lang="en">' in page(site, name)
        assert "width=device-width" in page(site, name)
    assert "prefers-color-scheme: dark" in (site / "style.css").read_text(encoding="utf-8")


def build_short(builder, base, text):
    lessons = write_lessons(base / "lessons", short03=text)
    return builder.main(["--lessons", str(lessons), "--out", str(base / "out")])


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_lessons_make_the_same_site_and_others_replace_it(builder, tmp_path, capsys):
    assert build_short(builder, tmp_path, SHORT.format("one")) == 0
    assert re.fullmatch(r"03_short\.py: \d+\.\d s\n", capsys.readouterr().out)
    first = contents(tmp_path / "out")
    assert build_short(builder, tmp_path, SHORT.format("one")) == 0
    assert contents(tmp_path / "out") == first
    (tmp_path / "out/left-over.html").touch()
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
        ("1\n\nassert 2 < 1", "03_short.py:14: AssertionError"),
        ("import os\n\nos._exit(3)", "03_short.py:12: Kernel died"),
        ("1 +\n", "03_short.py:12: SyntaxError: .*"),
    ],
)
def test_a_lesson_that_fails_is_one_line_and_changes_nothing(
    builder, tmp_path, capsys, cell, complaint
):
    assert build_short(builder, tmp_path, SHORT.format("fine")) == 0
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
    assert "neither empty nor a site" in capsys.readouterr().err
    assert mine.read_text() == "my own page"


def test_a_lesson_needs_a_title(builder, tmp_path, capsys):
    assert build_short(builder, tmp_path, "# %%\nprint(1)\n") == 1
    assert "03_short.py: the first cell must begin" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_only(builder, tmp_path, capsys):
    lessons = write_lessons(tmp_path / "lessons", no01="raise 1", short03=SHORT.format("x"))
    arguments = ["--lessons", str(lessons), "--out", str(tmp_path / "out"), "--only"]
    assert builder.main([*arguments, "03"]) == 0
    assert [path.name for path in (tmp_path / "out").glob("*.html")] != []
    assert not list((tmp_path / "out").glob("01*"))
    with pytest.raises(SystemExit):
        builder.main([*arguments, "7"])
    assert "no such lessons" in capsys.readouterr().err


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_sets_the_equations(site, tmp_path):
    command = [CHROMIUM, *DUMP, f"--user-data-dir={tmp_path}", (site / "01_first.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert shown.count("<mjx-container") == 5, "title, paragraph, two in the text, caption"
    assert shown.count('display="true"') >= 1
    assert "data-mjx-error" not in shown
