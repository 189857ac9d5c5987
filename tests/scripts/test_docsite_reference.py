"""What of the reference is missing is named: whatever is public and has no docstring."""

import sys

import pytest
from docsite import reference

DOCUMENTED = '''"""A module."""
from os import sep
from os.path import join

def seen(): """A function."""
def _hidden(): pass
class Kind:
    """A class."""
    field: int = 0
    def method(self): """A method."""
    @property
    def size(self): """A property."""
    def _own(self): pass
LIMIT = 3
"""A constant."""
LIMIT += 1
LIMITS: list[int] = [LIMIT]
"""A constant with a type."""
Alias = dict[str, Kind]
"""An alias."""
_PRIVATE = _SECRET, _HIDDEN = 1, 2
again = join
_TABLE = {}
_TABLE[sep] = LIMIT
'''


def undocumented(source, folder, monkeypatch):
    (folder / "undocumented.py").write_text(source)
    monkeypatch.syspath_prepend(folder)
    found = list(reference.undocumented("undocumented"))
    del sys.modules["undocumented"]
    return found


def test_what_is_private_imported_or_a_field_needs_no_docstring(tmp_path, monkeypatch):
    assert undocumented(DOCUMENTED, tmp_path, monkeypatch) == []


def test_of_what_a_module_names_itself_only_that_needs_one(tmp_path, monkeypatch):
    source = DOCUMENTED + '__all__ = ["FIRST", "join"]\nFIRST = 1\nSECOND = 2\n'
    assert undocumented(source, tmp_path, monkeypatch) == ["undocumented.FIRST"]


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ("A module.", "undocumented"),
        ("A function.", "undocumented.seen"),
        ("A class.", "undocumented.Kind"),
        ("A method.", "undocumented.Kind.method"),
        ("A property.", "undocumented.Kind.size"),
        ("A constant.", "undocumented.LIMIT"),
        ("A constant with a type.", "undocumented.LIMITS"),
        ("An alias.", "undocumented.Alias"),
    ],
)
def test_what_is_public_and_has_no_docstring_is_named(lacks, says, tmp_path, monkeypatch):
    source = DOCUMENTED.replace(f'"""{lacks}"""', "None")
    assert undocumented(source, tmp_path, monkeypatch) == [says]


def test_all_names_of_one_assignment_need_one(tmp_path, monkeypatch):
    source = DOCUMENTED + 'A = B = 1\n"""Of both?"""\nC, (D, _e) = 1, (2, 3)\n"""Of all?"""\n'
    expected = [f"undocumented.{name}" for name in "ABCD"]
    assert undocumented(source, tmp_path, monkeypatch) == expected


def test_search_finds_what_is_public_and_documented(tmp_path, monkeypatch):
    (tmp_path / "searched.py").write_text(DOCUMENTED)
    monkeypatch.syspath_prepend(tmp_path)
    module = reference.pdoc.doc.Module.from_name("searched")
    found = {entry.heading: entry.address for entry in reference.entries(module)}
    names = {"seen", "again", "Kind", "Kind.method", "Kind.size", "LIMIT", "LIMITS", "Alias"}
    assert found.keys() == {"searched", *names}
    assert found["Kind.size"] == "reference/searched.html#Kind.size"
