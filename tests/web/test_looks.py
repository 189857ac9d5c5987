"""Looks of the presets, and their thumbnails."""

import pytest
from helpers import load_script

from jnst.transfer.presets import PRESETS, preset
from jnst.web.choices import PAGE, choices
from jnst.web.looks import LOOKS, thumbnail
from jnst.weights import store

AUTHORS = ("gatys", "johnson", "crowson", "steinberg", "kunal", "patel", "khan", "deepa", "et al")


def test_each_preset_has_a_look_that_names_no_author():
    assert list(LOOKS) == list(PRESETS)
    assert len({look.title for look in LOOKS.values()}) == len(LOOKS)
    for look in LOOKS.values():
        assert not any(name in f"{look.title} {look.about}".lower() for name in AUTHORS)


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
