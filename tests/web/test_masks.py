"""Masks: given to the server as PNG, completed by what they leave, and painted with."""

import io

import numpy as np
import PIL.Image
import pytest
from helpers_web import TINY, files_in, png, serving

from jnst.errors import InputError
from jnst.pictures import files
from jnst.web import masks


def drawn(*, until=15, width=30, height=20, white=255):
    """Return a mask: white from the left on, until a column."""
    levels = np.zeros((height, width), np.uint8)
    levels[:, :until] = white
    stream = io.BytesIO()
    PIL.Image.fromarray(levels).save(stream, "PNG")
    return stream.getvalue()


def test_a_mask_comes_back_as_it_was_given(site):
    status, given = site.post("/api/masks?name=a.png", drawn())
    assert (status, given["mask"], given["width"]) == (200, True, 30)
    status, data = site.get(f"/api/pictures/{given['id']}/mask.png")
    assert (status, data) == (200, drawn())
    assert site.headers["content-type"] == "image/png"


def test_a_picture_is_no_mask(site):
    content, _ = site.pair()
    assert site.get(f"/api/pictures/{content}/mask.png")[0] == 404
    assert site.get(f"/api/pictures/{'0' * 16}/mask.png")[0] == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (drawn(until=0), "the mask 'a.png' is black all over; paint white what belongs to"),
        (drawn(white=3), "the mask 'a.png' is almost black: its brightest value is 3 of 255"),
        (b"hello", "cannot read 'a.png' as a mask: it is no PNG"),
        (b"", "cannot read 'a.png' as a mask: it is no PNG"),
        (masks.SIGNATURE, "cannot read 'a.png' as a picture: "),
    ],
)
def test_what_is_no_mask_is_refused_and_not_kept(site, tmp_path, data, says):
    status, said = site.post("/api/masks?name=a.png", data)
    assert (status, said["error"][: len(says)]) == (400, says)
    assert "\n" not in said["error"]
    assert files_in(tmp_path / "web" / "pictures") == set()


def test_paintings_without_a_mask_take_what_the_others_leave(tmp_path):
    paths = [str(tmp_path / name) for name in ("a.png", "b.png")]
    for path, until in zip(paths, (6, 15), strict=True):
        with open(path, "wb") as stream:
            stream.write(drawn(until=until))
    assert masks.completed([None, None]) == []
    assert masks.completed(paths) == paths
    first, rest, second = masks.completed([paths[0], None, paths[1]])
    assert [first, second] == paths
    found = files.read(rest)
    assert found.shape == (1, 20, 30, 3)
    np.testing.assert_array_equal(found[0, 0, :, 0], [0.0] * 15 + [1.0] * 15)


def test_nothing_may_be_left_for_a_painting_without_a_mask(tmp_path):
    (tmp_path / "a.png").write_bytes(drawn(until=30))
    with pytest.raises(InputError, match="nothing is left for painting 2; draw a place for it"):
        masks.completed([str(tmp_path / "a.png"), None])


def test_a_run_that_cannot_use_its_masks_is_refused_at_once(site):
    content, first, second = *site.pair(), site.pair()[0]
    mask = site.post("/api/masks?name=a.png", drawn(until=30))[1]["id"]
    wanted = site.wanted(content, first, second)
    wanted["paintings"][0]["mask"] = mask
    status, said = site.post("/api/runs", wanted)
    assert (status, said["field"]) == (400, "style")
    assert "cover the whole photograph" in said["error"]
    wanted["paintings"][0]["mask"] = second
    status, said = site.post("/api/runs", wanted)
    assert (status, said["error"]) == (
        400,
        "style: the mask of 'a.png' is no longer there; draw it again",
    )
    assert site.get("/api/runs")[1] == []


def test_a_mask_of_a_run_is_kept_with_it(site, monkeypatch):
    monkeypatch.setattr("jnst.web.store.UNUSED", 0)
    content, style = site.pair()
    assert site.get(f"/api/pictures/{content}/view.jpg")[0] == 404  # nothing unused is kept
    monkeypatch.setattr("jnst.web.store.UNUSED", 3)
    content, style = site.pair()
    mask = site.post("/api/masks", drawn())[1]["id"]
    wanted = site.wanted(content, style)
    wanted["paintings"][0]["mask"] = mask
    run = site.post("/api/runs", wanted)[1]
    assert run["paintings"][0]["mask"] == mask
    monkeypatch.setattr("jnst.web.store.UNUSED", 0)
    site.pair()
    assert site.get(f"/api/pictures/{mask}/mask.png")[0] == 200
    site.ask("DELETE", f"/api/runs/{run['id']}")
    assert site.get(f"/api/pictures/{mask}/mask.png")[0] == 404


@pytest.mark.slow
def test_two_paintings_each_in_its_own_place(tmp_path):
    with serving(tmp_path / "web", command=TINY) as site:
        colours = []
        for colour in ((200, 30, 30), (30, 30, 200)):
            stream = io.BytesIO()
            PIL.Image.new("RGB", (32, 32), colour).save(stream, "PNG")
            colours.append(site.post("/api/pictures?name=c.png", stream.getvalue())[1]["id"])
        content = site.post("/api/pictures?name=p.png", png(48, 32))[1]["id"]
        mask = site.post("/api/masks", drawn(until=24, width=48, height=32))[1]["id"]
        wanted = site.wanted(content, *colours) | {"quality": "instant", "changes": {"size": 48}}
        wanted["paintings"][0]["mask"] = mask
        run = site.post("/api/runs", wanted)[1]
        assert site.until(run["id"], "done", "failed", seconds=120)["status"] == "done"
        path = site.store.run_file(site.store.runs[run["id"]], "picture.png")
        picture = files.read(path)[0]
        left, right = picture[:, :20].mean((0, 1)), picture[:, 28:].mean((0, 1))
        assert left[0] - left[2] > 0.5  # red to the left
        assert right[2] - right[0] > 0.5  # and blue to the right
        assert files.read_settings(path)["masks"] == ["p-mask-1.png", "p-mask-2.png"]
