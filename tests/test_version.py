"""The version: a form that comparisons understand, and the same wherever it is said."""

import re

from helpers import ROOT

import jnst
from jnst.version import __version__


def test_it_is_major_minor_patch():
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|(a|b|rc)\d+)?", __version__)


def test_it_is_written_once():
    assert jnst.__version__ == __version__
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'dynamic = ["version"]' in project
    assert 'path = "jnst/version.py"' in project
    assert not re.search(r"^version *=", project, re.MULTILINE)
