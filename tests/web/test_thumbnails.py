"""Thumbnails of the looks of presets."""

import pytest
from helpers import load_script

from jnst.transfer.presets import PRESETS, preset
from jnst.web.choices import PAGE, choices, thumbnail
from jnst.weights import store


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_whose_network_is_here_has_a_small_thumbnail(name):
    path = PAGE / thumbnail(name)
    assert path.exists() == (store.find(preset(name).backbone) is not None)
    assert not path.exists() or path.stat().st_size <= 8_000
    (offered,) = (one for one in choices()["presets"] if one["name"] == name)
    assert offered["picture"] == (thumbnail(name) if path.exists() else None)


def test_the_script_paints_just_these(tmp_path):
    script = load_script("make_looks.py")
    names = {name for name, _ in script.thumbnails()} | {"style-sample.jpg"}
    assert names == {path.name for path in PAGE.glob("*.jpg")}
    script.main(["style-udnie.jpg", "--out", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"style-udnie.jpg", "style-sample.jpg"}
    assert (tmp_path / "style-udnie.jpg").stat().st_size <= script.MOST_BYTES
