"""The two pictures of a run: chosen ones, and the built-in pair."""

import pytest
from helpers_web import png

from jnst.errors import InputError
from jnst.web import pair, store
from jnst.web.records import Painting


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
        found = pair.chosen(kept, content.id, [Painting(style.id)])
        assert found == (content, [style], [1.0], [None])
        for missing in ((content.id, "0" * 16), ("0" * 16, style.id)):
            what = "style" if missing[0] == content.id else "content"
            with pytest.raises(InputError, match=f"^{what}: the picture is no longer there"):
                pair.chosen(kept, missing[0], [Painting(missing[1])])


@pytest.fixture
def kept(tmp_path):
    with store.opened(tmp_path / "web") as found:
        yield found


@pytest.mark.parametrize(
    ("count", "painting", "says"),
    [
        (0, {}, "style: there may be 1 to 8 paintings, not 0"),
        (9, {}, "style: there may be 1 to 8 paintings, not 9"),
        (1, {"weight": 0.0}, "style: a weight must be from 0.01 to 100"),
        (2, {"weight": float("nan")}, "style: a weight must be from 0.01 to 100"),
        (1, {"mask": "0" * 16}, "style: the mask of 'b.png' is no longer there; draw it again"),
        (1, {"mask": "content"}, "style: the mask of 'b.png' is no longer there; draw it again"),
    ],
)
def test_paintings_that_cannot_be_used_are_refused(kept, count, painting, says):
    content, style = (kept.add_picture(png(), name) for name in ("a.png", "b.png"))
    if painting.get("mask") == "content":
        painting = {"mask": content.id}  # a picture, and no mask
    with pytest.raises(InputError, match=f"^{says}$"):
        pair.chosen(kept, content.id, [Painting(style.id, **painting)] * count)


@pytest.mark.parametrize(
    ("weights", "masked", "blend"),
    [
        ((2.0,), "-", ()),
        ((2.0, 2.0), "--", ()),
        ((1.0, 3.0), "--", (1.0, 3.0)),
        ((1.0, 3.0), "mm", (1.0, 3.0)),
        ((1.0, 1.0), "m-", ()),
        ((1.0, 1.0, 1.0), "m--", (1.0, 0.5, 0.5)),
    ],
)
def test_paintings_without_a_mask_share_what_is_left(kept, weights, masked, blend):
    picture = kept.add_picture(png(), "a.png")
    masks = [picture if one == "m" else None for one in masked]
    found = pair.Chosen(picture, [picture] * len(weights), list(weights), masks)
    assert pair.blend(found) == blend


def test_several_paintings_and_their_masks_have_names(kept):
    content = kept.add_picture(png(), "my cat.png")
    sample = pair.built_in(kept)["style"]
    mask = kept.add_picture(png(), "mask.png", mask=True)
    found = pair.inputs(pair.Chosen(content, [sample, content], [1.0, 1.0], [mask, None]))
    assert list(map(str, found.styles)) == ["sample", "my cat.png"]
    assert list(map(str, found.masks)) == ["my cat-mask-1.png", "my cat-mask-2.png"]
