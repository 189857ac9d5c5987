"""Every lesson has the parts that a reader counts on."""

import re

import pytest
from helpers import ROOT

LESSONS = sorted((ROOT / "scripts" / "walkthroughs").glob("[0-9]*.py"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_parts(path):
    text = path.read_text("utf-8")
    assert text.startswith(f"# %% [markdown]\n# # {int(path.name[:2])}. ")
    places = [
        text.index(part)
        for part in ("**Before you start.**", "**Notice:**", "# ## Exercises", "# ## Solutions")
    ]
    assert places == sorted(places)
    exercises = text[places[2] : places[3]]
    numbers = re.findall(r"^# (\d)\. ", exercises, re.MULTILINE)
    assert numbers == [str(i) for i in range(1, len(numbers) + 1)]
    assert len(numbers) >= 4
    for number in numbers:
        assert f"# **{number}.** " in text[places[3] :], f"no solution of exercise {number}"
    _, thumbnail = text.split('# %% tags=["thumbnail"]\n')
    assert "lesson.show(" in thumbnail.partition("# %%")[0], "the picture on its card"
    assert not re.search(r"__file__|[^.]__name__|argv", text), "a notebook has none of its own"
    assert "http" not in text, "no address outside"
    assert not re.search(r"\b(TODO|XXX|[A-Z]+NOTE)\b", text), "no gap left to fill"


def test_there_are_fourteen():
    assert [int(path.name[:2]) for path in LESSONS] == list(range(1, 15))
