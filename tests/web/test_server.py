"""The server, asked over HTTP, with a painter that pretends."""

import re

import pytest
from helpers_web import files_in, png, serving

from jnst.transfer.presets import PRESETS
from jnst.web import server, store
from jnst.web.choices import CHANGEABLE


def test_the_page_is_whole_and_names_nothing_elsewhere(site):
    status, page = site.get("/")
    assert (status, site.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in site.headers["content-security-policy"]
    assert site.headers["x-content-type-options"] == "nosniff"
    names = {"style.css", "icon.svg", "app.js"}
    assert names <= set(re.findall(r'(?:href|src)="([^"#]+)"', page.decode()))
    for name in sorted(names):
        status, text = site.get(f"/{name}")
        assert status == 200
        names |= set(re.findall(r'from "\./([a-z]+\.js)"', text.decode()))
    for name in sorted(names):
        status, text = site.get(f"/{name}")
        assert status == 200
        assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", text), name
        assert not re.search(rb"innerHTML|insertAdjacentHTML|document\.write|eval\(", text), name
    for path in ("/docs", "/redoc", "/openapi.json", "/nothing", "/api/nothing"):
        assert site.get(path)[0] == 404, path


def test_what_can_be_chosen(site):
    found = site.get("/api/choices")[1]
    assert [one["name"] for one in found["presets"]] == list(PRESETS)
    assert found["presets"][0]["size"] == 512
    assert all(one["summary"] for one in found["presets"])
    assert "luminance" in found["colours"]
    assert "noise" in found["inits"]
    assert found["most_bytes"] == 32 * 2**20
    assert found["local"] is True


def test_whether_others_can_reach_it_is_told(tmp_path):
    with serving(tmp_path / "web", host="0.0.0.0") as site:
        assert site.get("/api/choices")[1]["local"] is False


def test_a_run_from_upload_to_picture(site):
    status, given = site.post("/api/pictures?name=C%3A%5Cphotos%2F%3Cb%3Emy%20cat.png", png())
    assert status == 200
    assert (given["name"], given["width"], given["height"]) == ("<b>my cat.png", 30, 20)
    assert site.get(f"/api/pictures/{given['id']}/view.jpg")[1][:2] == b"\xff\xd8"
    style = site.pair()[0]
    run = site.until(site.begin(given["id"], style, seed=3), "done")
    assert run["painted"]["step"] == run["painted"]["steps"] == 10
    assert len(run["painted"]["curve"]) == 10
    assert run["made_with"]["content"] == "<b>my cat.png"
    assert (run["made_with"]["seed"], run["made_with"]["size"], run["finished"]) == (3, 32, True)
    status, picture = site.get(f"/api/runs/{run['id']}/picture.png")
    assert (status, picture[:4]) == (200, b"\x89PNG")
    assert site.headers["content-disposition"].startswith("attachment; filename")
    listed = site.get("/api/runs")[1]
    assert [one["id"] for one in listed] == [run["id"]]
    assert listed[0]["painted"]["curve"] == []


@pytest.mark.parametrize(
    ("changes", "says", "field"),
    [
        ({"size": 0}, "size must be a number of at least 1, not 0", "size"),
        ({"size": "big"}, "size: expected `int`, got `str`", "size"),
        ({"size": 70_000}, "size must be at most 65535", "size"),
        ({"content_weight": -1}, "content_weight must be", "content_weight"),
        ({"colour": "red"}, "colour: invalid enum value 'red'", "colour"),
        (
            {"weights": "random"},
            "unknown setting 'weights' (did you mean tv_weight?); choose",
            "",
        ),
        ({"devices": 2}, "unknown setting 'devices'", ""),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(site, changes, says, field):
    content, style = site.pair()
    status, said = site.post("/api/runs", site.wanted(content, style) | {"changes": changes})
    assert (status, said["field"]) == (400, field)
    assert said["error"].startswith(says)
    assert "\n" not in said["error"]
    assert site.get("/api/runs")[1] == []


def test_a_picture_that_would_be_too_small_is_said_of_the_size(site):
    content, style = site.pair()
    wanted = site.wanted(content, style) | {"changes": {"size": 20}}
    status, said = site.post("/api/runs", wanted)
    assert (status, said["field"]) == (400, "size")
    assert said["error"].startswith("size 20 is too small: the content picture is 20 x 13 pixels")


def test_what_waits_is_told_when_it_begins_and_what_runs_for_how_long_it_has(site):
    first, second, third = site.begin(seed=16), site.begin(), site.begin()
    site.until(first, "running")
    while not site.get(f"/api/runs/{first}")[1]["painted"]:
        pass
    runs = {key: site.get(f"/api/runs/{key}")[1] for key in (first, second, third)}
    assert 0 < runs[first]["since"] < 30
    assert 20 < runs[second]["wait"] < 30
    assert runs[first]["wait"] is None
    assert runs[third]["wait"] > runs[second]["wait"] + 1
    assert runs[second]["since"] == 0


def test_other_requests_that_cannot_be_used(site):
    content, style = site.pair()
    good = site.wanted(content, style)
    for wrong, says in {
        "preset": ("nothing", "unknown preset 'nothing'; choose from default"),
        "quality": ("fine", "unknown quality 'fine'; choose from instant, draft"),
        "content": ("../../etc/passwd", "content: the picture is no longer there"),
        "paintings": ([{"picture": "0" * 16}], "style: the picture is no longer there"),
        "changes": (3, "body.changes: "),
    }.items():
        status, said = site.post("/api/runs", good | {wrong: says[0]})
        assert status == 400
        assert said["error"].startswith(says[1])
    assert site.post("/api/runs", b"{", content_type="application/json")[0] == 400
    assert site.post("/api/runs", b"[" * 10_000, content_type="application/json")[0] == 400
    assert site.get("/api/runs")[1] == []


@pytest.mark.parametrize("name", ["photo.txt", "<img src=x onerror=alert(1)>.png"])
def test_what_is_no_picture_is_refused_by_its_name_and_not_kept(site, tmp_path, name):
    from urllib.parse import quote

    status, said = site.post(f"/api/pictures?name={quote(name)}", b"hello")
    assert status == 400
    assert said["error"].startswith(f"cannot read {name!r} as a picture: its format is none of")
    assert site.post("/api/pictures", b"")[1]["error"] == (
        "cannot read 'picture' as a picture: the file is empty"
    )
    assert files_in(tmp_path / "web" / "pictures") == set()
    assert str(tmp_path) not in said["error"]


def test_a_picture_of_too_many_pixels_is_refused(site, monkeypatch):
    monkeypatch.setenv("JNST_MAX_PIXELS", "100")
    status, said = site.post("/api/pictures?name=a.png", png())
    assert status == 400
    assert "600 pixels, more than 100" in said["error"]


def test_a_fault_of_ours_is_one_line_there_and_here(site, monkeypatch, capfd):
    def wrong(*_, **__):
        raise RuntimeError("the moon\nis wrong")

    monkeypatch.setattr(server, "describe", wrong)
    content, style = site.pair()
    status, said = site.post("/api/runs", site.wanted(content, style))
    assert status == 500
    assert said["error"].startswith("unexpected RuntimeError: the moon is wrong (a fault of jnst")
    assert capfd.readouterr().err == f"jnst: {said['error']}\n"


STRANGE = ['"\\ud800"', '"\\u0000"', "1e400", "-1e400", "NaN", "5e-324", "1" + "0" * 5000, "null"]
STRANGE += ["[]", "{}", '["\\ud800"]', '{"\\ud800": 1}', "[" * 900 + "]" * 900, f'"{"x" * 50_000}"']


@pytest.mark.parametrize("name", CHANGEABLE)
def test_no_value_is_a_fault_of_the_server(site, name):
    content, style = site.pair()
    for value in STRANGE:
        paintings = f'[{{"picture": "{style}"}}]'
        changes = f'{{"{name}": {value}}}'
        body = f'{{"content": "{content}", "paintings": {paintings}, "changes": {changes}}}'
        status, said = site.post("/api/runs", body.encode(), content_type="application/json")
        assert status in (200, 400), value
        if status == 200:
            site.ask("DELETE", f"/api/runs/{said['id']}")
        else:
            assert "\n" not in said["error"]


def test_what_is_no_text_is_said_of_the_field(site):
    content, style = site.pair()
    wanted = site.wanted(content, style) | {"changes": {"colour": "\ud800"}}
    assert site.post("/api/runs", wanted) == (
        400,
        {"error": "colour: it is no text", "field": "colour"},
    )
    for what in ("content", "preset", "quality"):
        assert site.post("/api/runs", wanted | {"changes": {}, what: "\ud800"})[0] == 400


def test_a_full_disk_is_one_line_and_leaves_nothing(site, tmp_path, monkeypatch):
    def full(path, *, label=""):
        raise OSError(28, "No space left on device")

    content, style = site.pair()
    before = files_in(tmp_path / "web")
    monkeypatch.setattr(store.disk, "replacing", full)
    status, said = site.post("/api/pictures?name=a.png", png())
    assert (status, said["error"]) == (400, "cannot write 'original': No space left on device")
    status, said = site.post("/api/runs", site.wanted(content, style))
    assert (status, said["error"]) == (400, "cannot write 'run.json': No space left on device")
    assert files_in(tmp_path / "web") == before
    assert site.get("/api/runs")[1] == []
