"""Weight files written: none is lost of which nobody said that it may be."""

import json

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.weights import manifest, writing


def file_of(path, number, *sources):
    """Return a file that holds a number, made from some sources."""
    found = manifest.of_sources(sources) if sources else {}
    return writing.file_of(path, {"": {"x": np.full(3, number, np.float32)}}, {}, found)


@pytest.fixture
def there(tmp_path):
    """Put weights made from two files into a folder, and return their path."""
    for name in "abc":
        (tmp_path / name).write_text(name)
    made = file_of(tmp_path / "w.h5", 1, tmp_path / "a", tmp_path / "b")
    writing.put([made], replace=False)
    return made.path


def beside(path, names):
    return [path.with_name(name) for name in names]


@pytest.mark.parametrize(
    ("number", "sources"), [(1, "c"), (1, ""), (2, "ab"), (2, "ba")], ids=lambda one: one or "none"
)
def test_the_same_bytes_or_those_of_the_same_files_may_be_written_again(there, number, sources):
    new = file_of(there, number, *beside(there, sources))
    writing.put([new], replace=False)
    assert there.read_bytes() == new.data
    assert json.loads(there.with_name("manifest.json").read_text())["w.h5"] == {
        **new.entry,
        "layers": {},
        "sha256": manifest.digest(new.data),
    }


def unknown(there):
    there.with_name("manifest.json").unlink()


def unclear(there):
    there.with_name("manifest.json").write_text('{"w.h5": {"sources": [3, {"source": 4}]}}')


@pytest.mark.parametrize(
    ("sources", "before", "says"),
    [
        (
            "c",
            None,
            "there already with other numbers, from a and b, and is not replaced: remove it",
        ),
        ("a", None, "numbers, from a and b, and is not replaced"),
        ("", None, "numbers, from a and b, and is not replaced"),
        ("ab", unknown, "with other numbers, of unknown origin, and is not replaced"),
        ("ab", unclear, "with other numbers, of unknown origin, and is not replaced"),
    ],
)
def test_weights_of_others_are_not_replaced_and_nothing_else_is_written(
    there, sources, before, says
):
    if before is not None:
        before(there)
    files = {path: path.read_bytes() for path in there.parent.iterdir()}
    first = file_of(there.with_name("first.h5"), 2, *beside(there, sources))
    other = file_of(there, 2, *beside(there, sources))
    with pytest.raises(InputError, match=says):
        writing.put([first, other], replace=False)
    assert {path: path.read_bytes() for path in there.parent.iterdir()} == files
    writing.put([other], replace=True)
    assert there.read_bytes() == other.data


def test_what_is_no_file_is_not_read(there):
    there.unlink()
    there.mkdir()
    with pytest.raises(InputError, match=r"cannot replace .*w\.h5: it is not a regular file"):
        writing.put([file_of(there, 1)], replace=False)
