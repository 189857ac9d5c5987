"""What the server does not do, whoever asks: limits, paths, names, other sites."""

import contextlib
import http.client
import json
import select
import socket

import pytest
from helpers_web import files_in

from jnst.web import guard


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
    ("GET", "/api/pictures/{}/film"),
    ("GET", "/api/runs/{}"),
    ("GET", "/api/runs/{}/preview.jpg"),
    ("GET", "/api/runs/{}/picture.png"),
    ("GET", "/api/runs/{}/film.mp4"),
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
