"""What goes along with a version: its list of changes, how to cite it, and no half-merged file."""

import re
import subprocess

import yaml
from helpers import ROOT

from jnst.version import __version__


def test_the_newest_changes_are_those_of_this_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0].split(",")[0] == __version__


def test_the_citation_is_of_this_version_and_names_the_paper():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == __version__
    needed = {"cff-version", "message", "title", "authors", "type", "license", "references"}
    assert needed <= set(cited)
    assert (cited["license"], cited["type"]) == ("MIT", "software")
    assert "10.1109/CVPR.2016.265" in [one.get("doi") for one in cited["references"]]


def test_no_file_holds_marks_of_a_merge():
    marks = r"^(<{7}|={7}|>{7})( |$)"
    search = ["git", "grep", "--no-index", "--exclude-standard", "-nIE", marks]
    found = subprocess.run(search, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (1, ""), found.stderr
