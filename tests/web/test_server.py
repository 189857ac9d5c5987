"""The server, asked over HTTP, with a painter that pretends."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import select
import socket
import stat
from pathlib import Path

import pytest
from helpers_web import PRETEND, png, serving

from jnst.arrays import InputError
from jnst.presets import PRESETS
from jnst.web import answers, guard, store, worker


@pytest.fixture(autouse=True)
def _pretending(monkeypatch):
    monkeypatch.setattr(worker, "COMMAND", PRETEND)


@pytest.fixture
def site(tmp_path):
    with serving(tmp_path / "web") as found:
        yield found


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


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


def test_the_sample_pair_is_given_once(site):
    first, second = (site.post("/api/samples")[1] for _ in range(2))
    assert first == second
    assert (first["content"]["name"], first["content"]["width"]) == ("chelsea", 451)
    run = site.until(site.begin(first["content"]["id"], first["style"]["id"]), "done")
    assert (run["made_with"]["content"], run["made_with"]["styles"]) == (None, [])


def test_one_of_the_sample_pair_is_left_to_be_filled_in(site):
    sample = {what: one["id"] for what, one in site.post("/api/samples")[1].items()}
    own = site.pair()[0]
    for pair, content, styles in (
        ((sample["content"], own), None, ["a.png"]),
        ((own, sample["style"]), "a.png", []),
        ((sample["style"], sample["content"]), "sample", ["chelsea"]),
    ):
        made_with = site.get(f"/api/runs/{site.begin(*pair)}")[1]["made_with"]
        assert (made_with["content"], made_with["styles"]) == (content, styles)


@pytest.mark.parametrize(
    ("changes", "says", "field"),
    [
        ({"size": 0}, "size must be a number of at least 1, not 0", "size"),
        ({"size": "big"}, "size: expected `int`, got `str`", "size"),
        ({"size": 70_000}, "size must be at most 65535", "size"),
        ({"content_weight": -1}, "content_weight must be", "content_weight"),
        ({"colour": "red"}, "colour: invalid enum value 'red'", "colour"),
        ({"weights": "random"}, "unknown setting 'weights'; choose from size", ""),
        ({"devices": 2}, "unknown setting 'devices'", ""),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(site, changes, says, field):
    content, style = site.pair()
    status, said = site.post("/api/runs", {"content": content, "style": style, "changes": changes})
    assert (status, said["field"]) == (400, field)
    assert said["error"].startswith(says)
    assert "\n" not in said["error"]
    assert site.get("/api/runs")[1] == []


def test_other_requests_that_cannot_be_used(site):
    content, style = site.pair()
    good = {"content": content, "style": style}
    for wrong, says in {
        "preset": ("nothing", "unknown preset 'nothing'; choose from default"),
        "quality": ("fine", "unknown quality 'fine'; choose from draft"),
        "content": ("../../etc/passwd", "content: the picture is no longer there"),
        "style": ("0" * 16, "style: the picture is no longer there"),
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


def test_an_upload_ends_at_the_limit_however_it_comes(site, tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BYTES", 1000)
    status, said = site.post("/api/pictures?name=a.png", b"x" * 1001)
    assert status == 413
    assert said["error"].startswith("the file is too large: at most")
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(
            b"POST /api/pictures HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        sent = 0
        while not select.select([connection], [], [], 0.05)[0]:  # a length that nobody has said
            assert sent < 10_000
            connection.sendall(b"64\r\n" + b"x" * 100 + b"\r\n")
            sent += 100
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert site.post("/api/runs", b'{"a":"' + b"x" * 70_000, content_type="x/y")[0] == 413
    assert files_in(tmp_path / "web" / "pictures") == set()


def test_giant_headers_do_no_harm(site):
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        assert site.get("/", x="y" * 10**6)[0] in (400, 431)
    assert site.get("/")[0] == 200


ROUTES = [
    ("GET", "/{}"),
    ("GET", "/api/pictures/{}/view.jpg"),
    ("GET", "/api/runs/{}"),
    ("GET", "/api/runs/{}/preview.jpg"),
    ("GET", "/api/runs/{}/picture.png"),
    ("POST", "/api/runs/{}/stop"),
    ("POST", "/api/runs/{}/resume"),
    ("DELETE", "/api/runs/{}"),
]
TRIES = ["..", "../run", "..%2F..%2Fsecret", "%2e%2e/%2e%2e/secret", "/etc/passwd", "..%5C..%5Cx"]
TRIES += ["%00", "0" * 16, "0" * 15 + "%2F", "runs", ".jnst-lock", "server.py", "..%2Fserver.py"]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_no_path_in_a_request_is_opened(site, tmp_path, method, route):
    (tmp_path / "secret").write_text("secret")
    for name in TRIES:
        status, said = site.ask(method, route.format(name))
        assert status in (400, 404, 405), (route, name)
        assert b"secret" not in (said if isinstance(said, bytes) else json.dumps(said).encode())
    assert (tmp_path / "secret").exists()


def test_only_the_names_of_this_machine_are_answered(site):
    for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.7", "[::2]", "", "local host"):
        assert site.get("/", host=host)[0] == 403, host
    for host in ("localhost", f"localhost:{site.port}", "127.0.0.1", "[::1]:80", "127.1.2.3"):
        assert site.get("/", host=host)[0] == 200, host


@pytest.mark.parametrize(
    ("header", "bound", "expected"),
    [
        ("10.0.0.7:8642", "0.0.0.0", True),
        ("studio.lan", "studio.lan", True),
        ("evil.example", "0.0.0.0", False),
        ("10.0.0.7", "::1", False),
        ("x@[", "0.0.0.0", False),
    ],
)
def test_names_where_it_is_bound_elsewhere(header, bound, expected):
    assert guard.known(header, bound) is expected


def test_other_sites_cannot_ask(site):
    own = f"http://127.0.0.1:{site.port}"
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://[x"},
        {"origin": f"http://localhost:{site.port}"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        assert site.post("/api/samples", **headers)[0] == 403, headers
        assert site.get("/api/runs", **headers)[0] == 403, headers
    assert site.post("/api/samples", origin=own, sec_fetch_site="same-origin")[0] == 200
    assert site.get("/", sec_fetch_site="cross-site")[0] == 200  # a link to the page


def test_stop_and_go_on(site):
    key = site.begin(seed=16)
    while not (run := site.get(f"/api/runs/{key}")[1])["painted"]:
        pass
    assert run["status"] == "running"
    assert site.post(f"/api/runs/{key}/stop")[1]["status"] in ("stopping", "stopped")
    run = site.until(key, "stopped")
    before = run["painted"]["step"]
    assert 0 < before < 600
    assert run["finished"]
    run = site.post(f"/api/runs/{key}/resume")[1]
    assert run["status"] == "queued"
    assert (run["painted"]["step"], run["painted"]["left"]) == (before, None)
    run = site.until(key, "done")
    assert [step for step, _ in run["painted"]["curve"]] == list(range(1, 601))


def test_one_at_a_time_in_their_order_and_a_waiting_one_can_be_stopped(site):
    pair = site.pair()
    keys = [site.begin(*pair) for _ in range(3)]
    assert [site.get(f"/api/runs/{key}")[1]["place"] for key in keys[1:]] == [1, 2]
    assert site.post(f"/api/runs/{keys[1]}/stop")[1]["status"] == "stopped"
    assert site.get(f"/api/runs/{keys[2]}")[1]["place"] == 1
    site.until(keys[2], "done")
    assert site.get(f"/api/runs/{keys[0]}")[1]["status"] == "done"
    run = site.get(f"/api/runs/{keys[1]}")[1]
    assert (run["status"], run["painted"], run["finished"]) == ("stopped", None, False)


def test_so_many_runs_can_wait_and_no_more(site, monkeypatch):
    monkeypatch.setattr(worker, "MOST_WAITING", 1)
    pair = site.pair()
    keys = [site.begin(*pair)]
    site.until(keys[0], "running")
    keys.append(site.begin(*pair))
    status, said = site.post("/api/runs", {"content": pair[0], "style": pair[1]})
    assert (status, said["error"]) == (400, "1 runs are waiting already; stop one, or wait")
    assert len(site.get("/api/runs")[1]) == 2


def test_a_run_that_fails_says_why_and_the_next_one_is_painted(site):
    pair = site.pair()
    wrong, dead, good = (site.begin(*pair, seed=seed) for seed in (13, 14, 0))
    assert site.until(wrong, "failed")["reason"] == "the moon is wrong"
    assert "perhaps the memory was full" in site.until(dead, "failed")["reason"]
    site.until(good, "done")


def test_a_run_and_its_pictures_can_be_removed_at_any_time(site, tmp_path):
    site.until(site.begin(), "done")
    running = site.begin(seed=16)
    waiting = site.begin()
    site.until(running, "running")
    for key in [waiting, running, *(one["id"] for one in site.get("/api/runs")[1])]:
        status, _ = site.ask("DELETE", f"/api/runs/{key}")
        assert status in (200, 404)
        assert site.get(f"/api/runs/{key}")[0] == 404
    assert site.get("/api/runs")[1] == []
    assert not any(name.startswith("runs") for name in files_in(tmp_path / "web"))
    site.until(site.begin(), "done")


def test_pictures_of_a_removed_run_stay_for_a_while_or_as_long_as_another_has_them(
    site, monkeypatch
):
    content, style = site.pair()
    other = site.pair()[0]
    first, second = site.begin(content, style), site.begin(content, other)
    site.until(second, "done")
    site.ask("DELETE", f"/api/runs/{first}")
    third = site.begin(content, style)  # the form still shows them
    site.until(third, "done")
    monkeypatch.setattr(store, "UNUSED", 0)
    site.ask("DELETE", f"/api/runs/{third}")
    assert site.get(f"/api/pictures/{content}/view.jpg")[0] == 200
    assert site.get(f"/api/pictures/{style}/view.jpg")[0] == 404


def test_after_a_restart_all_is_there_and_what_was_begun_can_go_on(tmp_path):
    with serving(tmp_path / "web") as site:
        pair = site.pair()
        done = site.begin(*pair)
        site.until(done, "done")
        running, waiting = site.begin(*pair, seed=16), site.begin(*pair)
        while not site.get(f"/api/runs/{running}")[1]["painted"]:
            pass
    # As it is after a power cut: nobody has written down that it ended.
    path = tmp_path / "web" / "runs" / running / "run.json"
    path.write_text(path.read_text().replace('"stopped"', '"running"'))
    (tmp_path / "web" / "runs" / ("ab" * 8)).mkdir()
    (tmp_path / "web" / "runs" / "notes").mkdir()
    with serving(tmp_path / "web") as site:
        found = {run["id"]: run for run in site.get("/api/runs")[1]}
        assert {key: run["status"] for key, run in found.items()} == {
            done: "done",
            running: "stopped",
            waiting: "stopped",
        }
        assert found[done]["finished"]
        assert site.get(f"/api/runs/{done}/picture.png")[1][:4] == b"\x89PNG"
        assert found[running]["painted"]["step"] >= 1
        site.post(f"/api/runs/{running}/resume")
        site.until(running, "done")
    assert sorted(os.listdir(tmp_path / "web" / "runs")) == sorted(
        [done, running, waiting, "notes"]
    )


def test_a_picture_that_is_replaced_while_it_is_sent_is_whole(tmp_path):
    path, sent = tmp_path / "preview.jpg", []
    path.write_bytes(b"a" * 1000)

    async def send(message):
        sent.append(message)
        path.write_bytes(b"b" * 10)

    async def answer():
        scope = {"type": "http", "method": "GET", "headers": []}
        await answers.picture(path)(scope, None, send)

    asyncio.run(answer())
    assert dict(sent[0]["headers"])[b"content-length"] == b"1000"
    assert b"".join(message["body"] for message in sent[1:]) == b"a" * 1000


def test_unused_pictures_do_not_pile_up(site, monkeypatch):
    monkeypatch.setattr(store, "UNUSED", 2)
    first, second = site.pair()
    third, _ = site.pair()
    assert site.get(f"/api/pictures/{first}/view.jpg")[0] == 404
    assert site.get(f"/api/pictures/{second}/view.jpg")[0] == 404
    assert site.get(f"/api/pictures/{third}/view.jpg")[0] == 200


def test_a_full_disk_is_one_line_and_leaves_nothing(site, tmp_path, monkeypatch):
    def full(path, *, label=""):
        raise OSError(28, "No space left on device")

    content, style = site.pair()
    before = files_in(tmp_path / "web")
    monkeypatch.setattr(store.disk, "replacing", full)
    status, said = site.post("/api/pictures?name=a.png", png())
    assert (status, said["error"]) == (400, "cannot write 'original': No space left on device")
    status, said = site.post("/api/runs", {"content": content, "style": style})
    assert (status, said["error"]) == (400, "cannot write 'run.json': No space left on device")
    assert files_in(tmp_path / "web") == before
    assert site.get("/api/runs")[1] == []


def test_the_folder_is_the_users_alone_and_one_server_has_it(tmp_path):
    folder = tmp_path / "deep" / "web"
    with store.opened(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(InputError, match="another jnst web uses it"), store.opened(folder):
            pass
    with store.opened(folder):
        pass
    Path(tmp_path / "file").write_text("")
    with pytest.raises(InputError), store.opened(tmp_path / "file"):
        pass
