"""Films, asked for over HTTP, with a painter that pretends: the film painted is the film given."""

import contextlib
import socket
import time

import msgspec
import pytest
from films import make, scene
from helpers_web import files_in, png

from jnst.video.settings import VideoSettings
from jnst.web import films, guard


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "clip.mp4"
    return make(path, [scene(i, height=40, width=48) for i in range(5)], pixels="yuv420p")


@pytest.fixture
def given(site, clip):
    status, told = site.post("/api/films?name=my%20clip.mp4", clip.read_bytes())
    assert status == 200, told
    return told


def finished(site, given, **changes):
    key = site.begin(given["id"], site.pair()[0], **changes)
    return site.until(key, "done", "stopped")


def test_a_run_from_film_to_film(site, given, clip):
    assert given["film"] == {"kind": ".mp4", "frames": 5, "seconds": 0.5}
    assert (given["name"], given["width"], given["height"]) == ("my clip.mp4", 48, 40)
    assert site.get(f"/api/pictures/{given['id']}/view.jpg")[1][:2] == b"\xff\xd8"
    run = finished(site, given, quality="draft", seed=3)
    assert (run["finished"], run["content"], run["made_with"]["seed"]) == (True, given, 3)
    assert msgspec.convert(run["video"], VideoSettings) == VideoSettings(frame_steps=9)
    assert (run["painted"]["share"], run["painted"]["notes"]) == (0.0, [])
    status, data = site.get(f"/api/runs/{run['id']}/film.mp4")
    assert (status, data) == (200, clip.read_bytes())
    assert site.headers["content-type"] == "video/mp4"
    assert site.headers["content-disposition"].endswith("''my%20clip-a.mp4")
    assert site.get(f"/api/runs/{run['id']}/picture.png")[0] == 404
    status, data = site.get(f"/api/pictures/{given['id']}/film")
    assert (status, data, site.headers["content-type"]) == (200, clip.read_bytes(), "video/mp4")
    assert "content-disposition" not in site.headers


def test_a_player_gets_the_part_that_it_asks_for(site, given, clip):
    whole = clip.read_bytes()
    for path in (
        f"/api/pictures/{given['id']}/film",
        f"/api/runs/{finished(site, given)['id']}/film.mp4",
    ):
        assert site.get(path)[0] == 200
        etag = site.headers["etag"]
        assert site.headers["accept-ranges"] == "bytes"
        assert site.get(path, range="bytes=100-199") == (206, whole[100:200])
        assert site.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        assert site.headers["content-type"] == "video/mp4"
        assert site.headers["x-content-type-options"] == "nosniff"
        assert site.get(path, range="bytes=-10", if_range=etag) == (206, whole[-10:])
        assert site.get(path, range="bytes=100-199", if_range='"another"') == (200, whole)
        assert site.get(path, range=f"bytes={len(whole)}-")[0] == 416


def test_what_films_do_not_have(site, given, tmp_path):
    picture, style = site.pair()
    run = site.begin(picture, style)
    for path in (f"/api/pictures/{picture}/film", f"/api/runs/{run}/film.mp4"):
        assert site.get(path)[0] == 404
    status, said = site.post("/api/runs", site.wanted(picture, given["id"]))
    assert (status, said["field"]) == (400, "style")
    assert said["error"] == "style: it is a film; choose a picture"
    film_run = finished(site, given)["id"]
    for path, name in (
        (f"/api/pictures/{given['id']}/film", f"pictures/{given['id']}/original"),
        (f"/api/runs/{film_run}/film.mp4", f"runs/{film_run}/film.mp4"),
    ):
        place = tmp_path / "web" / name
        place.rename(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
        assert site.get(path) == (404, {"error": "there is no film yet", "field": ""})


def test_stopped_it_is_as_long_as_it_is_and_goes_on(site, given):
    key = site.begin(given["id"], site.pair()[0], seed=16)
    while not site.get(f"/api/runs/{key}")[1]["painted"]:
        pass
    assert site.get(f"/api/runs/{key}/film.mp4")[0] == 404
    site.post(f"/api/runs/{key}/stop")
    assert site.until(key, "stopped")["finished"]
    site.post(f"/api/runs/{key}/resume")
    assert site.until(key, "done")["finished"]
    assert site.ask("DELETE", f"/api/runs/{key}")[0] == 200
    assert site.get(f"/api/runs/{key}/film.mp4")[0] == 404


def test_films_may_be_larger_than_pictures_and_have_a_limit_too(site, tmp_path, monkeypatch, clip):
    data = clip.read_bytes()
    monkeypatch.setattr(guard, "MOST_BYTES", 1000)
    assert len(data) > 1000
    assert site.post("/api/films?name=a.mp4", data)[0] == 200
    before = files_in(tmp_path / "web" / "pictures")
    monkeypatch.setattr(guard, "MOST_FILM_BYTES", len(data) - 1)
    status, said = site.post("/api/films?name=a.mp4", data)
    assert status == 413
    assert said["error"].startswith("the file is too large: at most")
    assert files_in(tmp_path / "web" / "pictures") == before


def test_a_film_that_never_comes_whole_is_not_kept(site, tmp_path):
    folder = tmp_path / "web" / "pictures"
    with contextlib.closing(socket.create_connection(("127.0.0.1", site.port))) as connection:
        head = "POST /api/films HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 2000)
        assert _within_seconds(lambda: list(folder.iterdir()))
    assert _within_seconds(lambda: not list(folder.iterdir()))


def _within_seconds(holds):
    end = time.monotonic() + 20
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_what_is_no_film_and_what_is_missing_is_one_line(site, tmp_path, monkeypatch):
    status, said = site.post("/api/films?name=%3Cb%3E.mp4", png())
    assert (status, said["field"]) == (400, "")
    assert said["error"].startswith("cannot read '<b>.mp4' as a film: its format is none of mp4,")
    assert files_in(tmp_path / "web" / "pictures") == set()
    assert site.get("/api/choices")[1]["no_films"] == ""
    says = "video needs the package av: pip install 'jnst[video]'"
    monkeypatch.setattr(films, "missing", lambda: says)
    monkeypatch.setattr("jnst.web.choices.missing", films.missing)
    assert site.post("/api/films?name=a.mp4", png())[1]["error"] == says
    found = site.get("/api/choices")[1]
    assert (found["no_films"], found["films"]) == (says, list(films.KINDS))
    assert found["most_film_bytes"] == 256 * 2**20
