"""Networks in several files: which is which, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from helpers_parts import microast_files, write

from jnst.errors import InputError
from jnst.weights import parts
from jnst.weights.published import ONE_PASS

FOUR = ("content_encoder.pth", "style_encoder.pth", "modulator.pth", "decoder.pth")


def test_files_in_any_order_or_their_folder_are_read_as_one(tmp_path):
    files = microast_files(tmp_path / "models")
    write(tmp_path / "models/other.pth", {"a": np.zeros(2)})
    (tmp_path / "models/modulator.txt").write_text("no part")
    tensors, used = parts.read([tmp_path / "models"], "microast")
    assert sorted(used) == sorted(files)
    assert tensors["decoder/dec3.10.conv_layer.bias"].shape == (3,)
    again, _ = parts.read(files[::-1], "auto")
    assert again.keys() == tensors.keys()


@pytest.mark.parametrize(
    ("files", "name", "says"),
    [
        (FOUR[1:], "microast", "needs one torch file with content_encoder in its name, and here a"),
        ((*FOUR, "a_modulator.pt"), "microast", None),
        ((*FOUR, "a_modulator.pth"), "microast", "with modulator in its name, and here are 2"),
        (
            FOUR[2:],
            "auto",
            "cannot tell which network it is; say --backbone microast or adain or w",
        ),
        ((*FOUR, "vgg_normalised.pth"), "auto", "cannot tell .* say --backbone microast or adain$"),
        (FOUR, "ghiasi", "ghiasi is read from one file; only microast, adain, wct from several"),
        (("missing.pth", *FOUR[1:]), "microast", "content_encoder in its name, and here are 0"),
    ],
)
def test_what_is_missing_or_there_twice_is_said(tmp_path, files, name, says):
    for file in files:
        write(tmp_path / file, {"a": np.zeros(2)})
    if says is None:
        assert len(parts.read([tmp_path], name)[1]) == 4
        return
    with pytest.raises(InputError, match=says):
        parts.read([tmp_path], name)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    files = [tmp_path / file for file in FOUR]
    with pytest.raises(InputError, match=r"cannot read .*content_encoder.pth"):
        parts.read(files, "microast")


@pytest.mark.parametrize("name", [name for name, one in ONE_PASS.items() if len(one.files) > 1])
def test_the_published_names_tell(name):
    files = [Path(source.file) for source in ONE_PASS[name].files]
    assert len(files) == len(parts.PARTS[name])
    for part in parts.PARTS[name]:
        assert sum(part in file.name for file in files) == 1
