"""The site: manual, lessons and reference, whole, and nothing undocumented in it."""

import re
from html.parser import HTMLParser

import pytest
from docsite import reference
from helpers import OFFLINE, ROOT, documents, load_script, run_script
from helpers_page import launched, overflow

build_docs = load_script("build_docs.py")


class Loads(HTMLParser):
    """Collects what a page loads by itself, what it links to, and what can be linked to in it."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.links, self.anchors = [], [], {""}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if attributes.get("id"):
            self.anchors.add(attributes["id"])
        if tag == "a":
            self.links += [attributes["href"]] if attributes.get("href") else []
        elif tag in ("script", "link", "img", "iframe", "source"):
            self.loaded += [attributes[name] for name in ("src", "href") if name in attributes]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build all pages, as the manual says; without running the lessons."""
    return run_script("build_docs", tmp_path_factory.mktemp("site"), "--text-only")


@pytest.fixture(scope="module")
def pages(site):
    """Return all pages that were read, by their paths in the site."""
    found = {page.relative_to(site): page.read_text("utf-8") for page in site.rglob("*.html")}
    return {str(path): Loads(text) for path, text in found.items()}


@pytest.mark.slow  # builds all pages
def test_every_public_module_has_a_page_that_the_list_links_to(site, pages):
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "jnst").rglob("*.py")
        if path.name != "__main__.py"
    }
    assert len(names) > 100
    wanted = {f"reference/{name.replace('.', '/')}.html" for name in names}
    there = {path for path in pages if path.startswith("reference/")}
    assert there == wanted | {"reference/index.html"}
    table = (site / "reference/index.html").read_text("utf-8").partition("<table>")[2]
    in_order = sorted(names, key=lambda name: name.split("."))  # each room before what is in it
    assert Loads(table).links == [f"{name.replace('.', '/')}.html" for name in in_order]


@pytest.mark.slow  # builds all pages
def test_it_loads_nothing_from_elsewhere_and_no_link_of_ours_is_broken(site, pages):
    for path, found in pages.items():
        assert not [one for one in found.loaded if re.match(r"(https?:)?//", one)], path
        text = (site / path).read_text("utf-8")
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", text), path
        for link in [*found.links, *found.loaded]:
            if re.match(r"https?:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (site / path).parent / name if name else site / path
            assert target.is_file(), (path, link)
            if target.suffix == ".html" and not path.startswith(("reference/", "lessons/")):
                assert anchor in pages[str(target.resolve().relative_to(site))].anchors, link


@pytest.mark.slow  # builds all pages
def test_every_page_has_the_same_sidebar_with_stylize_before_what_is_inside(pages):
    manual = [path for path in documents() if path.parent.name == "manual"]
    front = [link for link in pages["index.html"].links if link.endswith(".html")]
    assert sum(link.startswith("manual/") for link in dict.fromkeys(front)) == len(manual)
    assert front.index("reference/jnst.html") < front.index("reference/jnst/backbones.html")
    for path, found in pages.items():
        root = "../" * path.count("/")
        assert {f"{root}{link}" for link in ("index.html", "manual/index.html")} <= {*found.links}


@pytest.mark.slow  # builds all pages
def test_formulas_and_shapes_are_there(site):
    page = (site / "reference/jnst/losses/wasserstein.html").read_text("utf-8")
    assert "W² = |m - m_s|² + tr C + tr C_s" in page
    names = re.findall(r'<section id="(\w+)">', (site / "reference/jnst.html").read_text("utf-8"))
    assert names[:3] == ["stylize", "stylize_video", "train"]


@pytest.mark.slow  # builds all pages
def test_what_is_read_fits_a_phone_and_all_code_of_it_can_be_copied(site, pages):
    read = [path for path in pages if not path.startswith(("reference/", "lessons/"))]
    assert len(read) > 20
    with launched(OFFLINE) as browser:
        tab = browser.new_page(viewport={"width": 390, "height": 844})
        for path in read:
            tab.goto((site / path).as_uri())
            assert overflow(tab) == 0, path
            assert tab.locator("main pre").count() == tab.locator(".copy").count(), path


def test_it_replaces_a_site_of_its_own_and_nothing_else(tmp_path, capsys):
    (tmp_path / "precious.txt").write_text("mine")
    assert build_docs.main(["--out", str(tmp_path)]) == 1
    says = f"{tmp_path} is neither empty nor a site of this script: left as it is\n"
    assert capsys.readouterr().err == says
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_nothing_is_built_where_a_docstring_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "undocumented", lambda name: [f"{name}.this"])
    assert build_docs.main(["--out", str(tmp_path / "site"), "--parts", "reference"]) == 1
    assert capsys.readouterr().err.startswith("without a docstring: jnst.this, jnst.")
    assert not list(tmp_path.iterdir())
