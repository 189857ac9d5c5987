"""The reference: a page for each public module, whole, and nothing undocumented in it."""

import re
import sys
import types
from html.parser import HTMLParser

import pytest
from helpers import ROOT, load_script

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
    out = tmp_path_factory.mktemp("site") / "reference"
    assert build_docs.main(["--out", str(out)]) == 0
    return out


def test_every_public_module_has_a_page_that_the_front_page_links_to(site):
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "jnst").rglob("*.py")
        if path.name != "__main__.py"
    }
    assert len(names) > 100
    pages = {f"{name.replace('.', '/')}.html" for name in names}
    assert {str(page.relative_to(site)) for page in site.rglob("*.html")} == pages | {"index.html"}
    assert set(Loads((site / "index.html").read_text("utf-8")).links) == pages


def test_it_loads_nothing_from_elsewhere_and_no_link_of_ours_is_broken(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        found = Loads(text)
        assert not [one for one in found.loaded if re.match(r"(https?:)?//", one)], page
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", text), page
        for link in found.links:
            if not re.match(r"https?:|#", link):
                assert (page.parent / link.partition("#")[0]).is_file(), (page, link)


def test_formulas_and_shapes_are_there(site):
    page = (site / "jnst/losses/wasserstein.html").read_text("utf-8")
    assert "W² = |m - m_s|² + tr C + tr C_s" in page


def test_it_replaces_a_reference_and_nothing_else(site, tmp_path, capsys):
    (tmp_path / "precious.txt").write_text("mine")
    assert build_docs.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path} is neither empty nor a reference: left as it is\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda module: setattr(module, "__doc__", None), "undocumented"),
        (lambda module: setattr(module.seen, "__doc__", None), "undocumented.seen"),
        (lambda module: setattr(module.Kind, "__doc__", None), "undocumented.Kind"),
        (lambda module: setattr(module.Kind.method, "__doc__", None), "undocumented.Kind.method"),
    ],
)
def test_what_is_public_and_has_no_docstring_is_named(change, says, monkeypatch):
    module = types.ModuleType("undocumented", "A module.")
    code = """
def seen(): "A function."
def _hidden(): pass
class Kind:
    "A class."
    def method(self): "A method."
    def _own(self): pass
LIMIT = 3
"""
    exec(code, module.__dict__)
    monkeypatch.setitem(sys.modules, "undocumented", module)
    for one in (module.seen, module.Kind, module._hidden):
        one.__module__ = "undocumented"
    assert list(build_docs.undocumented("undocumented")) == []
    change(module)
    assert list(build_docs.undocumented("undocumented")) == [says]


def test_nothing_is_built_then(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_docs, "undocumented", lambda name: [f"{name}.this"])
    assert build_docs.main(["--out", str(tmp_path / "site")]) == 1
    assert capsys.readouterr().err.startswith("without a docstring: jnst.this, jnst.")
    assert not list(tmp_path.iterdir())
