"""Looks of the presets, in words."""

from jnst.commands.options import stylize
from jnst.transfer.presets import PRESETS
from jnst.transfer.presets.looks import LOOKS

AUTHORS = ("gatys", "johnson", "crowson", "steinberg", "kunal", "patel", "khan", "deepa", "et al")


def test_each_preset_has_a_look_that_names_no_author():
    assert list(LOOKS) == list(PRESETS)
    assert len({look.title for look in LOOKS.values()}) == len(LOOKS)
    for look in LOOKS.values():
        assert not any(name in f"{look.title} {look.about}".lower() for name in AUTHORS)


def test_the_list_of_presets_says_how_each_looks():
    lines = stylize.told(stylize.Options(list="presets"))
    assert lines is not None
    for line, (name, look) in zip(lines, LOOKS.items(), strict=True):
        assert line.split("  ")[0] == name
        assert f"  {look.title}  " in line
