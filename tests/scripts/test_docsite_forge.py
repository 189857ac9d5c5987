"""Lessons as Markdown: equations that forges read, small figures, links that lead somewhere."""

import base64
import io

import jupytext
import nbformat
import numpy as np
import pytest
from docsite import forge
from docsite.notebooks import Lesson
from docsite.site import DocsError
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
# Here is $x_1$, as in lessons 1 and 3.

# %%
draw()
"""
TITLES = {"01_first": "1. The first", "02_second": "2. The second", "03_third": "3. The third"}


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


def that_ran(script, picture, caption="A *red* line of relu1_1"):
    """Return the lesson with what its cells print and show."""
    cell = nbformat.v4.new_code_cell
    notebook = jupytext.read(script, fmt="py:percent")
    printed = nbformat.v4.new_output("stream", text="\x1b[34mone\x1b[0m\n")
    data = {"image/png": base64.b64encode(png(picture)).decode()}
    figure = nbformat.v4.new_output(
        "display_data", data=data, metadata={"image/png": {"alt": caption}}
    )
    first, second = (each for each in notebook.cells if each.cell_type == "code")
    first.outputs, second.outputs = [printed], [figure]
    whole = nbformat.v4.new_notebook(cells=[*notebook.cells, cell("")])
    return Lesson(script, whole, TITLES["02_second"], "What it is about.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("of $x_1 * y_*$ and\n`$HOME`", "of $`x_1 * y_*`$ and\n`$HOME`"),
        ("over $9 c\nd$ lines", "over $`9 c d`$ lines"),
        ("so\n\n$$ a \\\\\n   b $$\n\nhence", "so\n\n```math\na \\\\\n   b\n```\n\nhence"),
        ("```python\n$a$ = $$b$$\n```", "```python\n$a$ = $$b$$\n```"),
        ("Lesson 1, lesson\n2, lessons 3", "[Lesson 1](01_first.md), lesson\n2, lessons 3"),
        ("`jnst/cli.py`, `jnst/no.py`", "[`jnst/cli.py`](../../../jnst/cli.py), `jnst/no.py`"),
        (r"$\operatorname{tr} A$", r"$`\mathop{\mathrm{tr}}\nolimits A`$"),
    ],
)
def test_a_text_is_written_as_forges_read_it(text, expected):
    assert forge.prose(text, ["01_first"]) == expected


def test_a_drawing_keeps_its_colours_and_a_photograph_becomes_a_jpeg():
    kind, data = forge.reduced(png(drawing()), 75)
    small = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert kind == "png"
    assert small.shape == (225, 900, 3)
    assert np.abs(small[76].astype(int) - [255, 0, 0]).max() < 20
    assert forge.reduced(png(photograph()), 75)[0] == "jpg"


def test_a_lesson_is_its_text_its_code_and_what_they_gave(script):
    files = forge.render(that_ran(script, drawing()), TITLES)
    assert list(files) == ["02_second/1.png", "02_second.md"]
    lines = files["02_second.md"].decode().splitlines()
    assert lines[0] == forge.mark(script)
    for line in (
        "# 2. The second",
        "- [Whose 1/1000?](#whose-11000)",
        'print("one")',
        "one",
        "Here is $`x_1`$, as in [lessons 1](01_first.md) and [3](03_third.md).",
        r"![A \*red\* line of relu1\_1](02_second/1.png)",
        r"*A \*red\* line of relu1\_1*",
    ):
        assert line in lines, line
    assert lines.count("```python") == 2
    assert lines[2] == lines[-1]
    for link in ("(README.md)", "(01_first.md)", "(03_third.md)", "(../02_second.py)"):
        assert link in lines[-1]


def test_a_lesson_that_is_too_large_loses_quality_and_then_is_refused(script, monkeypatch):
    large = that_ran(script, photograph())
    sizes = [len(forge.reduced(png(photograph()), q)[1]) for q in forge.QUALITIES]
    monkeypatch.setattr(forge, "LARGEST", sizes[-1] + 2000)
    assert len(forge.render(large, TITLES)["02_second/1.jpg"]) == sizes[-1] < sizes[0]
    monkeypatch.setattr(forge, "LARGEST", sizes[-1])
    with pytest.raises(DocsError, match=r"02_second\.py: more than \d+ bytes"):
        forge.render(large, TITLES)


def test_a_rendering_is_stale_when_the_lesson_or_what_all_share_has_changed(script):
    before = forge.mark(script)
    assert forge.mark(script) == before
    for source in (script, script.with_name("lesson.py")):
        source.write_text(source.read_text("utf-8") + "\n# more\n", "utf-8")
        before, old = forge.mark(script), before
        assert before != old


def test_figures_of_an_older_rendering_go(tmp_path):
    older = {"01_a/1.png": b"a", "01_a/2.png": b"b", "01_a.md": b"", "02_b.md": b""}
    forge.put(older, tmp_path)
    forge.put({"01_a/1.jpg": b"c", "01_a.md": b"new"}, tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert found == {"01_a/1.jpg", "01_a.md", "02_b.md"}
    assert (tmp_path / "01_a.md").read_bytes() == b"new"
