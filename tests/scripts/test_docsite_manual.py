"""Markdown as pages: links lead where they lead on a forge, and tables of options are put in."""

import pytest
from docsite import manual
from docsite.site import DocsError, Link, Site, headings, slug
from helpers import ROOT, documents


def to_html(text, folder, file="scripts/manual/look.md", path="manual/look.html"):
    addresses = {"README.md": "index.html", "scripts/manual/colour.md": "manual/colour.html"}
    return manual.to_html(text, file, path, addresses, folder)


def test_links_lead_from_page_to_page(tmp_path):
    html = to_html("[a](colour.md#hue) [b](../../README.md) [c](https://x.org/y) [d](#e)", tmp_path)
    for address in ("colour.html#hue", "../index.html", "https://x.org/y", "#e"):
        assert f'href="{address}"' in html
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_page_is_copied(tmp_path):
    html = to_html("![A row](../figures/colour.jpg)", tmp_path)
    assert 'src="../files/scripts/figures/colour.jpg"' in html
    copy = tmp_path / "files/scripts/figures/colour.jpg"
    assert copy.read_bytes() == (ROOT / "scripts/figures/colour.jpg").read_bytes()


def test_a_link_to_nothing_is_an_error(tmp_path):
    with pytest.raises(DocsError, match=r"look\.md: there is no file none\.md"):
        to_html("[x](none.md)", tmp_path)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("One pass", "one-pass"),
        ("Failures, and running it again", "failures-and-running-it-again"),
        ("In <code>relu4_2</code>: all", "in-relu4_2-all"),
        ("Whose 1/1000?", "whose-11000"),
    ],
)
def test_anchors_are_those_of_a_forge(heading, anchor):
    assert slug(heading) == anchor


def test_equations_are_left_alone(tmp_path):
    assert "$s_c = a_i * b_j$" in to_html("About $s_c = a_i * b_j$.", tmp_path)


def test_tables_take_the_place_of_comments_and_of_what_stands_below_them():
    text = "Before.\n\n<!-- options of jnst show -->\nprints\nthem.\n\nAfter.\n"
    made = manual.with_tables(text)
    assert made.startswith('Before.\n\n<table class="options">')
    assert made.endswith("</table>\n\nAfter.\n")
    assert "prints" not in made


def test_search_finds_the_headings_of_a_page(tmp_path):
    body = to_html("# One\n\nA *b* <c> &amp;.\n\n## Two `x`\n\nD.\n", tmp_path)
    assert [tuple(entry) for entry in headings("manual/look.html", body, title="Look")] == [
        ("Look", "One", "manual/look.html#one", "A b &."),
        ("Look", "Two x", "manual/look.html#two-x", "D."),
    ]


def test_a_page_is_marked_in_the_sidebar_of_its_own(tmp_path):
    site = Site(tmp_path)
    site.sections["Manual"] = [Link("Look", "manual/look.html"), Link("Hue", "manual/hue.html")]
    site.write("manual/look.html", "<p>x</p>", title="Look")
    text = (tmp_path / "manual/look.html").read_text("utf-8")
    assert text.count("aria-current") == 1
    assert '<a href="../manual/look.html" aria-current="page">Look</a>' in text
    assert "mathjax" not in text


def test_the_manual_uses_relative_links_alone():
    """So they work on any forge."""
    for path, text in documents().items():
        assert "](/" not in text, path
