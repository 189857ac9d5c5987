"""The two pictures of a run: chosen ones, and the built-in pair."""

import pytest
from helpers_web import png

from jnst.errors import InputError
from jnst.web import pair, store


def test_the_sample_pair_is_given_once(site):
    first, second = (site.post("/api/samples")[1] for _ in range(2))
    assert first == second
    assert (first["content"]["name"], first["content"]["width"]) == ("chelsea", 451)
    run = site.until(site.begin(first["content"]["id"], first["style"]["id"]), "done")
    assert (run["made_with"]["content"], run["made_with"]["styles"]) == (None, [])


def test_one_of_the_sample_pair_is_left_to_be_filled_in(site):
    sample = {what: one["id"] for what, one in site.post("/api/samples")[1].items()}
    own = site.pair()[0]
    for given, content, styles in (
        ((sample["content"], own), None, ["a.png"]),
        ((own, sample["style"]), "a.png", []),
        ((sample["style"], sample["content"]), "sample", ["chelsea"]),
    ):
        made_with = site.get(f"/api/runs/{site.begin(*given)}")[1]["made_with"]
        assert (made_with["content"], made_with["styles"]) == (content, styles)


def test_pictures_are_found_by_their_ids(tmp_path):
    with store.opened(tmp_path / "web") as kept:
        content, style = (kept.add_picture(png(), name) for name in ("a.png", "b.png"))
        assert pair.chosen(kept, content.id, style.id) == (content, style)
        for missing in ((content.id, "0" * 16), ("0" * 16, style.id)):
            what = "style" if missing[0] == content.id else "content"
            with pytest.raises(InputError, match=f"^{what}: the picture is no longer there"):
                pair.chosen(kept, *missing)
