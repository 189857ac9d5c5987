"""The archive of torch's examples: what is taken out of it, and what is refused."""

import zipfile

import pytest

from jnst.errors import InputError
from jnst.weights.sources import pytorch_examples


def archive(path, names):
    with zipfile.ZipFile(path, "w") as opened:
        for name in names:
            opened.writestr(name, name)
    return path


def test_the_four_are_taken_wherever_they_lie(tmp_path):
    names = [f"saved_models/{file}" for file in pytorch_examples.FILES]
    path = archive(tmp_path / "a.zip", [*names, "saved_models/other.pth", "__MACOSX/._candy.pth"])
    found = pytorch_examples.read(path)
    assert found == {
        f"{style}.pth": f"saved_models/{style}.pth".encode()
        for style in ("candy", "mosaic", "rain_princess", "udnie")
    }


def test_what_is_no_such_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ["candy.pth", "mosaic.pth", "udnie.pth"])
    with pytest.raises(InputError, match=r"in .*a.zip: .*rain_princess.pth"):
        pytorch_examples.read(path)
    (tmp_path / "b.zip").write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"cannot read candy, .* in .*b.zip: File is not a zip"):
        pytorch_examples.read(tmp_path / "b.zip")
    with pytest.raises(InputError, match="No such file"):
        pytorch_examples.read(tmp_path / "c.zip")
