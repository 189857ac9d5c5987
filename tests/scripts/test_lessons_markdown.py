"""Lessons as Markdown: equations that forges read, figures that are small, pages that lead on."""

import base64
import io

import nbformat
import numpy as np
import pytest
from helpers import load_script
from helpers_lessons import write_lessons
from PIL import Image

LESSON = """
# %% [markdown]
# # 2. The second
#
# What it is about.

# %%
print("one")

# %% [markdown]
# ## Whose 1/1000?
#
# Here is $x_1$.

# %%
draw()
"""
TITLES = {"01_first": "1. The first", "02_second": "2. The second", "03_third": "3. The third"}


@pytest.fixture(scope="module")
def markdown():
    return load_script("lessons_markdown.py")


@pytest.fixture
def script(tmp_path):
    return write_lessons(tmp_path / "lessons", second02=LESSON) / "02_second.py"


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def drawing(height=300, width=1200):
    """White, with a grid and a red line, as plots are."""
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[::50] = picture[:, ::50] = 200
    picture[100:103] = 255, 0, 0
    return picture


def photograph(height=300, width=1200):
    rows, columns = np.mgrid[:height, :width]
    waves = [np.sin(rows / 9 + k) * np.sin(columns / (7 + k)) for k in range(3)]
    grain = np.random.default_rng(0).normal(size=(height, width, 3))
    return (127 + 90 * np.stack(waves, axis=-1) + 8 * grain).clip(0, 255).astype(np.uint8)


def that_ran(picture, caption="A *red* line of relu1_1"):
    """The notebook of `LESSON`, with what its cells print and show."""
    cell = nbformat.v4.new_code_cell
    notebook = load_script("build_lessons.py").jupytext.reads(LESSON.lstrip(), fmt="py:percent")
    printed = nbformat.v4.new_output("stream", text="\x1b[34mone\x1b[0m\n")
    data = {"image/png": base64.b64encode(png(picture)).decode()}
    figure = nbformat.v4.new_output(
        "display_data", data=data, metadata={"image/png": {"alt": caption}}
    )
    first, second = (each for each in notebook.cells if each.cell_type == "code")
    first.outputs, second.outputs = [printed], [figure]
    return nbformat.v4.new_notebook(cells=[*notebook.cells, cell("")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("of $x_1 * y_*$ and\n`$HOME`", "of $`x_1 * y_*`$ and\n`$HOME`"),
        ("over $9 c\nd$ lines", "over $`9 c d`$ lines"),
        ("so\n\n$$ a \\\\\n   b $$\n\nhence", "so\n\n```math\na \\\\\n   b\n```\n\nhence"),
        ("```python\n$a$ = $$b$$\n```", "```python\n$a$ = $$b$$\n```"),
        (r"$\operatorname{tr} A$", r"$`\mathop{\mathrm{tr}}\nolimits A`$"),
    ],
)
def test_equations_are_written_as_forges_read_them(markdown, text, expected):
    assert markdown.prose(text) == expected


def test_headings_have_the_names_that_forges_give_them(markdown):
    assert markdown.anchor("Whose 1/1000?") == "whose-11000"
    assert markdown.anchor("L-BFGS: the same, by F_1") == "l-bfgs-the-same-by-f_1"


def test_a_drawing_keeps_its_colours_and_a_photograph_becomes_a_jpeg(markdown):
    kind, data = markdown.reduced(png(drawing()), 75)
    small = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert kind == "png"
    assert small.shape == (225, 900, 3)
    assert np.abs(small[76].astype(int) - [255, 0, 0]).max() < 20
    assert markdown.reduced(png(photograph()), 75)[0] == "jpg"


def test_a_lesson_is_its_text_its_code_and_what_they_gave(markdown, script):
    files = markdown.render(script, that_ran(drawing()), TITLES)
    assert list(files) == ["02_second/1.png", "02_second.md"]
    lines = files["02_second.md"].decode().splitlines()
    assert lines[0] == markdown.mark(script)
    for line in (
        "# 2. The second",
        "- [Whose 1/1000?](#whose-11000)",
        'print("one")',
        "one",
        "Here is $`x_1`$.",
        r"![A \*red\* line of relu1\_1](02_second/1.png)",
        r"*A \*red\* line of relu1\_1*",
    ):
        assert line in lines, line
    assert lines.count("```python") == 2
    assert lines[2] == lines[-1]
    for link in ("(README.md)", "(01_first.md)", "(03_third.md)", "(../02_second.py)"):
        assert link in lines[-1]


def test_a_lesson_that_is_too_large_loses_quality_and_then_is_refused(
    markdown, script, monkeypatch
):
    large = that_ran(photograph())
    sizes = [len(markdown.reduced(png(photograph()), q)[1]) for q in markdown.QUALITIES]
    monkeypatch.setattr(markdown, "LARGEST", sizes[-1] + 2000)
    assert len(markdown.render(script, large, TITLES)["02_second/1.jpg"]) == sizes[-1] < sizes[0]
    monkeypatch.setattr(markdown, "LARGEST", sizes[-1])
    with pytest.raises(ValueError, match=r"02_second\.py: more than \d+ bytes"):
        markdown.render(script, large, TITLES)


def test_a_rendering_is_stale_when_the_lesson_or_what_all_share_has_changed(markdown, script):
    before = markdown.mark(script)
    assert markdown.mark(script) == before
    for source in (script, script.with_name("lesson.py")):
        source.write_text(source.read_text("utf-8") + "\n# more\n", "utf-8")
        before, old = markdown.mark(script), before
        assert before != old


def test_figures_of_an_older_rendering_go(markdown, tmp_path):
    older = {"01_a/1.png": b"a", "01_a/2.png": b"b", "01_a.md": b"", "02_b.md": b""}
    markdown.write(older, tmp_path)
    markdown.write({"01_a/1.jpg": b"c", "01_a.md": b"new"}, tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert found == {"01_a/1.jpg", "01_a.md", "02_b.md"}
    assert (tmp_path / "01_a.md").read_bytes() == b"new"
