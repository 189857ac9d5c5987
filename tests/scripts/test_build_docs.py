"""The reference: a page for each public module, whole, and nothing undocumented in it."""

import re
import sys
from html.parser import HTMLParser

import pytest
from helpers import ROOT, load_script, run_script

build_docs = load_script("build_docs.py")


class Loads(HTMLParser):
    """Collects what a page loads by itself, and what it links to."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.links = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a":
            self.links += [attributes["href"]] if attributes.get("href") else []
        elif tag in ("script", "link", "img", "iframe", "source"):
            self.loaded += [attributes[name] for name in ("src", "href") if name in attributes]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build all pages, as the README says."""
    return run_script("build_docs", tmp_path_factory.mktemp("site"))


@pytest.mark.slow  # builds all pages
def test_every_public_module_has_a_page_that_the_front_page_links_to(site):
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "jnst").rglob("*.py")
        if path.name != "__main__.py"
    }
    assert len(names) > 100
    pages = {f"{name.replace('.', '/')}.html" for name in names}
    assert {str(page.relative_to(site)) for page in site.rglob("*.html")} == pages | {"index.html"}
    links = Loads((site / "index.html").read_text("utf-8")).links
    in_order = sorted(names, key=lambda name: name.split("."))  # each room before what is in it
    assert links == [f"{name.replace('.', '/')}.html" for name in in_order]


@pytest.mark.slow  # builds all pages
def test_it_loads_nothing_from_elsewhere_and_no_link_of_ours_is_broken(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        found = Loads(text)
        assert not [one for one in found.loaded if re.match(r"(https?:)?//", one)], page
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", text), page
        for link in found.links:
            if not re.match(r"https?:|#", link):
                assert (page.parent / link.partition("#")[0]).is_file(), (page, link)


@pytest.mark.slow  # builds all pages
def test_formulas_and_shapes_are_there(site):
    page = (site / "jnst/losses/wasserstein.html").read_text("utf-8")
    assert "W² = |m - m_s|² + tr C + tr C_s" in page


def test_it_replaces_a_reference_and_nothing_else(tmp_path, capsys):
    (tmp_path / "precious.txt").write_text("mine")
    assert build_docs.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path} is neither empty nor a reference: left as it is\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


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
    found = list(build_docs.undocumented("undocumented"))
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


def test_nothing_is_built_then(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_docs, "undocumented", lambda name: [f"{name}.this"])
    assert build_docs.main(["--out", str(tmp_path / "site")]) == 1
    assert capsys.readouterr().err.startswith("without a docstring: jnst.this, jnst.")
    assert not list(tmp_path.iterdir())
