"""The pages of the lessons: complete, from this machine only, and for readers."""

import html
import json
import re
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import CHROMIUM, DUMP, load_script
from helpers_lessons import page, write_lessons
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
# ## Why <1/2> & not 1?
#
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


@pytest.fixture(scope="module")
def builder():
    return load_script("build_docs.py")


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
        words = ["--parts", "lessons", "--lessons", str(lessons), "--quick", "--out", str(out)]
        assert builder.main(words) == 0
    return out


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
    assert "a program that ran when this page was made;" in " ".join(index.split())
    tagged, last = (site / "lessons" / values(card, "img", "src")[0] for card in cards)
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
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 4
    for path in pages:
        text = path.read_text(encoding="utf-8")
        soup = BeautifulSoup(text, "html.parser")
        links = [tag.get("src") or tag.get("href") for tag in soup(src=True) + soup(href=True)]
        root = "../" if path.parent != site else ""
        assert f"{root}style.css" in links
        assert (f"{root}mathjax/tex-svg-full.js" in links) == (path.parent != site)
        for link in links:
            assert "//" not in link
            assert link.startswith("#") or (path.parent / link.partition("#")[0]).is_file(), link
    for path in [*pages, *site.glob("*.css")]:
        assert not re.search(r"@import|\burl\(|base64", path.read_text(encoding="utf-8"))
    assert (site / "mathjax/LICENSE").is_file()


def test_the_sidebar_lists_the_sections_of_the_page(site):
    text = (site / "lessons/01_first.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    here = soup.find("nav", class_="sidebar").find(attrs={"aria-current": "page"})
    links = here.find_next_sibling("ul")("a")
    assert [link.get_text() for link in links] == ["Why <1/2> & not 1?"]
    address, _, anchor = links[0]["href"].partition("#")
    assert (site / "lessons" / address).resolve() == site / "lessons/01_first.html"
    assert soup.find(id=anchor).name == "h2"


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
    assert "UserWarning" not in (site / "lessons/01_first.ipynb").read_text(encoding="utf-8")


def test_downloads(site):
    folder = site / "lessons"
    assert (folder / "01_first.py").read_text(encoding="utf-8") == FIRST.lstrip()
    assert (folder / "lesson.py").is_file()
    notebook = nbformat.read(folder / "01_first.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert any("image/png" in output.get("data", {}) for output in notebook.cells[3].outputs)


def test_pages_suit_phones_and_readers(site):
    for name in ("index", "01_first"):
        text = (site / "lessons" / f"{name}.html").read_text(encoding="utf-8")
        assert '<html lang="en">' in text
        assert "width=device-width" in text
    assert "prefers-color-scheme: dark" in (site / "style.css").read_text(encoding="utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_sets_the_equations(site, tmp_path):
    command = [
        CHROMIUM,
        *DUMP,
        f"--user-data-dir={tmp_path}",
        (site / "lessons/01_first.html").as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert shown.count("<mjx-container") == 6, "sidebar, title, paragraph, two in the text, caption"
    assert shown.count('display="true"') >= 1
    assert shown.count('class="copy"') == shown.count('<div class="highlight') == 3
    assert "data-mjx-error" not in shown
