"""Small lessons, and the pages that `scripts/build_docs.py` makes of them."""

import shutil

from helpers import ROOT


def write_lessons(folder, **lessons):
    """Write scripts, `short03` as 03_short.py, and what they import, into a folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts/walkthroughs/lesson.py", folder)
    for name, text in lessons.items():
        (folder / f"{name[-2:]}_{name[:-2]}.py").write_text(text.lstrip(), encoding="utf-8")
    return folder


def page(site, name):
    """Return the text of a page of the lessons, without what is around it on every page."""
    text = (site / "lessons" / f"{name}.html").read_text(encoding="utf-8")
    return text.partition('<main id="main">')[2].partition("</main>")[0]
