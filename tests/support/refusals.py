"""What a command's options say to mistakes, before anything that is slow is imported."""

import pytest

from jnst.commands.parsing import parse
from jnst.errors import InputError


def refusal(module, text):
    """Return what is said to these words of a command; nothing where they can be used."""
    command = module.__name__.rpartition(".")[2]
    try:
        module.check(parse(command, module, text.split()))
    except InputError as error:
        return str(error)
    return ""


def check_says(module, text, says):
    """Check what is said to these words; with nothing in `says`, that they can be used."""
    said = refusal(module, text)
    assert said.startswith(says) if says else not said, said


@pytest.fixture(autouse=True)
def in_a_folder_of_pictures(tmp_path, monkeypatch):
    """Stand in a folder of empty files: nothing here reads them."""
    monkeypatch.chdir(tmp_path)
    for name in ("photo.jpg", "painting.jpg", "other.jpg", "left.png", "clip.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "photos").mkdir()
