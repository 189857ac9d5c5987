"""Paintings to try, and what is made with those that a network has learnt."""

from pathlib import Path

import pytest
from helpers_web import TINY, serving

from jnst.pictures import files
from jnst.web import tries
from jnst.web.choices import PAGE
from jnst.weights import trained
from jnst.weights.onepass import located


def test_each_is_offered_with_a_thumbnail_that_is_there():
    offered = tries.offered()
    assert [one["name"] for one in offered] == list(tries.TRIES)
    for one in offered:
        assert (PAGE / one["picture"]).stat().st_size <= 8_000
        assert one["label"]
        assert one["about"]


def test_all_but_the_first_are_the_networks_own():
    network = trained.read(located(Path(tries.NETWORK)))
    assert tuple(tries.TRIES)[1:] == tuple(network.design.own_styles)


def test_one_is_given_once(site):
    for name in ("sample", "udnie"):
        first, second = (site.post(f"/api/tries/{name}")[1] for _ in range(2))
        assert first == second
    assert (first["name"], first["named"]) == ("Udnie", "udnie")
    assert site.get(f"/api/pictures/{first['id']}/view.jpg")[0] == 200
    assert site.post("/api/samples")[1]["style"]["name"] == "sample"


@pytest.mark.parametrize("name", ["mona-lisa", "..%2F..%2Fapp.js", "app.js"])
def test_others_are_refused(site, name):
    status, said = site.post(f"/api/tries/{name}")
    assert status in (400, 404)
    assert "\n" not in said["error"]


def test_they_are_for_one_pass_and_not_to_be_mixed_with_pictures(site):
    content, style = site.pair()
    named = site.post("/api/tries/scream")[1]["id"]
    status, said = site.post("/api/runs", site.wanted(content, named))
    assert (status, said["field"]) == (400, "style")
    assert said["error"].startswith("style: it is a style that a network has learnt")
    instant = {"quality": "instant"}
    status, said = site.post("/api/runs", site.wanted(content, named, style) | instant)
    assert status == 400
    assert said["error"] == (
        "style: 'The Scream' is a style that a network has learnt, and 'a.png' a picture; "
        "choose one kind"
    )
    changes = {"changes": {"colour": "pca"}}
    status, said = site.post("/api/runs", site.wanted(content, named) | instant | changes)
    assert (status, said["field"]) == (400, "colour")
    run = site.post("/api/runs", site.wanted(content, named) | instant)[1]
    made_with = site.get(f"/api/runs/{run['id']}")[1]["made_with"]
    assert (made_with["method"], made_with["styles"]) == ("trained", [tries.NETWORK])
    assert made_with["style_number"] == ["scream"]


@pytest.mark.slow
def test_two_of_them_are_painted_with(tmp_path):
    with serving(tmp_path / "web", command=TINY) as site:
        content = site.pair()[0]
        named = [site.post(f"/api/tries/{name}")[1]["id"] for name in ("udnie", "scream")]
        wanted = site.wanted(content, *named) | {"quality": "instant", "changes": {"size": 32}}
        wanted["paintings"][1]["weight"] = 3.0
        run = site.post("/api/runs", wanted)[1]
        found = site.until(run["id"], "done", "failed", seconds=120)
        assert (found["status"], found["reason"]) == ("done", "")
        path = site.store.run_file(site.store.runs[run["id"]], "picture.png")
        recorded = files.read_settings(path)
        assert (recorded["style_number"], recorded["blend"]) == (["udnie", "scream"], [1.0, 3.0])
