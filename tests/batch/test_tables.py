"""Tables of pairs: what they may be, and what is refused."""

import os
from pathlib import Path

import pytest

from jnst.batch.styles import Style
from jnst.batch.tables import from_table
from jnst.errors import InputError

OUT = Path("out")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def table(text, *, encoding="utf-8"):
    Path("sub").mkdir(exist_ok=True)
    path = Path("sub/pairs.csv")
    path.write_bytes(text.encode(encoding))
    return path


def names(jobs):
    return [(str(job.content), job.style_name, str(job.output)) for job in jobs]


def test_a_table_may_have_numbers_of_styles():
    text = "style_number,content,output\n7 19,a.jpg,\n 25 ,a.jpg,x.png\n"
    found = [tuple(job) for job in from_table(table(text), OUT)]
    assert found == [
        (Path("sub/a.jpg"), Style((), (7, 19)), OUT / "a-7-19.png"),
        (Path("sub/a.jpg"), Style((), (25,)), OUT / "x.png"),
    ]


def test_a_table_may_have_networks_with_numbers_or_names_of_styles_and_beside_paintings():
    text = (
        "content,style,network,style_number\n"
        "a.jpg,b.jpg,,\n"
        "a.jpg,m.pth,,\n"
        "a.jpg,n.jnst,,great-wave\n"
        "a.jpg,,n.jnst,1 scream\n"
        "a.jpg,b.jpg,n.jnst,\n"
        "a.jpg,,,7\n"
    )
    path = table(text)
    Path("sub/n.jnst").touch()
    assert [job.style for job in from_table(path, OUT)] == [
        Style((Path("sub/b.jpg"),)),
        Style((Path("m.pth"),)),  # among the weights, if anywhere
        Style((Path("sub/n.jnst"),), ("great-wave",)),
        Style((Path("sub/n.jnst"),), (1, "scream")),
        Style((Path("sub/b.jpg"), Path("sub/n.jnst"))),
        Style((), (7,)),
    ]


def test_a_table_has_paths_relative_to_it_and_outputs_relative_to_the_folder():
    text = 'style, content,output\n"a, b.jpg",../ü.jpg,\n\n/s.jpg,c.jpg,deep/x.webp\n'
    assert names(from_table(table(text), OUT)) == [
        ("sub/../ü.jpg", "sub/a, b.jpg", "out/ü-a, b.png"),
        ("sub/c.jpg", "/s.jpg", "out/deep/x.webp"),
    ]


@pytest.mark.parametrize("text", ["content,style\r\na.jpg,b.jpg\r\n", "content,style\na.jpg,b.jpg"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_may_come_from_a_spreadsheet(text, encoding):
    assert names(from_table(table(text, encoding=encoding), OUT)) == [
        ("sub/a.jpg", "sub/b.jpg", "out/a-b.png")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "pairs.csv is empty; its first line is content,style"),
        ("content,style\n", "has no pairs below its heading"),
        ("a.jpg,b.jpg\n", "unknown column in sub/pairs.csv, line 1, 'a.jpg'; choose from content"),
        ("content;style\na;b\n", "line 1: commas must stand between the columns"),
        ("content,output\na.jpg,b.png\n", "there must be a column style, network, style_number"),
        ("style\na.jpg\n", "line 1: there must be one column content"),
        ("content,style,output,output\na,b,,\n", "line 1: there must be one column output"),
        ("content,style,style\na,b,c\n", "line 1: there must be one column style"),
        ("content,style\na.jpg,b.jpg\n\na.jpg\n", "line 4: 1 cell, but the heading has 2 columns"),
        ("content,style\na.jpg,b.jpg,c.png\n", "line 2: 3 cells, but the heading has 2 columns"),
        ("content,style\n,b.jpg\n", "line 2: no content"),
        ("content,style\na.jpg, \n", "line 2: no style"),
        ("content,style,output\na,b,x.gif\n", "line 2: output 'x.gif': unknown suffix '.gif'"),
        ("content,style,output\na,b,../x.png\n", "line 2: output '../x.png': it is relative to --"),
        ("content,style,output\na,b,c/../../x.png\n", "it is relative to --out, and must not lead"),
        ("content,style,output\na,b,/x.png\n", "line 2: output '/x.png': it is relative to --out"),
        ("content,style\na,b\nc\0,b\n", "line 3: a null character, which no path has"),
        ("content,style,output\na,b,c\0.png\n", "line 2: a null character"),
        ("content,style,style_number\na,b,7\n", "style_number is of networks, and 'b' is a paint"),
        ("content,style,style_number\na,,\n", "line 2: no style or style_number"),
        ("content,style,style_number\na,,monet\n", "must be numbers with spaces between, not"),
        ("content,network\na,b.jpg\n", "line 2: network 'b.jpg' is no file ending in .jnst, .npz"),
        ("content,style,network\na,b.pth,c.pth\n", "line 2: style and network are two trained net"),
        ("content,style_number\na,\n", "line 2: no style_number"),
        ("content,style_number\na,7\nb,7;19\n", "line 3: style_number must be numbers with spaces"),
        ("content,style_number\na,-7\n", "must be numbers with spaces between, not '-7'"),
        ('content,style\n"a.jpg,b.jpg\n', "cannot read 'sub/pairs.csv': unexpected end of data"),
        ("content,style\nä,b\n".encode("latin-1"), "cannot read 'sub/pairs.csv': 'utf-8' codec"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(text, says):
    path = table("") if isinstance(text, bytes) else table(text)
    if isinstance(text, bytes):
        path.write_bytes(text)
    with pytest.raises(InputError) as refused:
        from_table(path, OUT)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_table_that_is_none_is_refused():
    os.mkfifo("pipe.csv")
    for name, says in {"pipe.csv": "not a regular file", "none.csv": "not a regular file"}.items():
        with pytest.raises(InputError, match=says):
            from_table(Path(name), OUT)


def test_all_lines_that_are_wrong_are_named_at_once():
    path = table("content,style\na,b\n,b\na,\na,b,c\n" + "a\n" * 9)
    with pytest.raises(InputError) as refused:
        from_table(path, OUT)
    assert str(refused.value).startswith(
        "sub/pairs.csv, line 3: no content; line 4: no style; line 5: 3 cells, but the heading has "
        "2 columns; line"
    )
    assert str(refused.value).endswith(
        "; line 12: 1 cell, but the heading has 2 columns; and 2 more"
    )


@pytest.mark.parametrize("last", ["c.jpg,b.jpg,X.png", "c.jpg,b.jpg,./x.png"])
def test_lines_with_the_same_output_are_named(last):
    text = f"content,style,output\n\na.jpg,b.jpg,x.png\nd.jpg,b.jpg,\n{last}\n"
    with pytest.raises(InputError) as refused:
        from_table(table(text), OUT)
    assert str(refused.value) == (
        f"sub/pairs.csv, lines 3 and 5: both would be {OUT / 'x.png'}; give each line an output of "
        "its own"
    )
