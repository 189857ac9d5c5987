"""Clients that are silent, or slow, and what they leave to the others."""

import contextlib
import socket
import time

import pytest
from helpers_web import serving

from jnst.web import connections, guard

ASKS = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
GIVES = b"POST /api/pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
WANTS = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
WANTS += b"Content-Type: application/json\r\n\r\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a server for few clients, with little patience."""
    monkeypatch.setattr(connections, "MOST", 5)
    monkeypatch.setattr(connections, "HEADERS", 0.5)
    monkeypatch.setattr(connections, "TAKING", 0.5)
    monkeypatch.setattr(guard, "PATIENCE", 0.5)
    with serving(tmp_path / "web") as found:
        yield found


def connected(site):
    return contextlib.closing(socket.create_connection(("127.0.0.1", site.port), timeout=10))


def answer_to(connection, drip, *, seconds=10):
    """Send a byte now and then, until the other side closes; return what it said."""
    said, end = b"", time.monotonic() + seconds
    connection.settimeout(0.05)
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError):
            try:
                connection.sendall(drip)
                more = connection.recv(1 << 16)
            except ConnectionError:
                return said
            if not more:
                return said
            said += more
    raise AssertionError(f"it is still open after {seconds} s")


@pytest.mark.parametrize("begun", [b"", ASKS, GIVES, WANTS])
def test_the_silent_ones_keep_their_places_for_a_while_only(site, begun):
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(connected(site)).sendall(begun)
        time.sleep(0.1)
        assert site.get("/")[0] == 503
        time.sleep(1)
        assert site.get("/")[0] == 200


def test_headers_that_come_byte_by_byte_are_not_waited_for(site):
    with connected(site) as connection:
        connection.sendall(ASKS + b"X: ")
        answer_to(connection, b"x", seconds=3)


def test_nor_are_those_of_a_second_request(site):
    with connected(site) as connection:
        connection.sendall(ASKS + b"\r\n")
        time.sleep(0.2)
        assert b"</html>" in connection.recv(1 << 20)
        began = time.monotonic()
        answer_to(connection, b"G", seconds=4)
        assert time.monotonic() - began > 0.4


@pytest.mark.parametrize("begun", [GIVES, WANTS])
def test_a_body_that_comes_byte_by_byte_is_answered_and_closed(site, begun):
    with connected(site) as connection:
        connection.sendall(begun)
        said = answer_to(connection, b"x", seconds=4)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert said.endswith(b'{"error":"the request came too slowly","field":""}')


def test_a_body_may_take_its_time_if_it_comes(site, monkeypatch):
    monkeypatch.setattr(guard, "SLOWEST", 100)
    with connected(site) as connection:
        connection.sendall(GIVES)
        for _ in range(10):
            time.sleep(0.1)
            connection.sendall(b"x" * 100)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 400 ")


def asking_for_much(site):
    """Return the length of a large answer, and a connection that has asked for it."""
    key = site.pair()[0]
    much = b"x" * 20_000_000
    site.store.picture_file(site.store.pictures[key], "view.jpg").write_bytes(much)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", site.port))
    connection.sendall(b"GET /api/pictures/%s/view.jpg HTTP/1.1\r\n" % key.encode())
    connection.sendall(b"Host: localhost\r\n\r\n")
    return len(much), contextlib.closing(connection)


def test_who_takes_nothing_of_an_answer_is_given_up(site):
    much, asking = asking_for_much(site)
    with asking as connection:
        time.sleep(2)
        got = 0
        while more := connection.recv(1 << 20):
            got += len(more)
    assert got < much


@pytest.mark.slow
def test_who_takes_it_slowly_gets_it_whole(site):
    much, asking = asking_for_much(site)
    got = 0
    with asking as connection:
        began = time.monotonic()
        while got < much:
            time.sleep(0.02)
            more = connection.recv(1 << 17)
            assert more, f"{got} bytes of {much}"
            got += len(more)
    assert time.monotonic() - began > 1


def test_nothing_is_said_of_what_clients_do_wrong(site, caplog):
    for data in (b"\0\r\n\r\n", ASKS + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"):
        with connected(site) as connection:
            connection.sendall(data)
            assert connection.recv(1000)
    for data in (ASKS, GIVES, GIVES + b"x" * 10, WANTS + b"x" * 10):  # and then they are gone
        with connected(site) as connection:
            connection.sendall(data)
    while site.get("/")[0] != 200:  # it has not yet seen that they are gone
        time.sleep(0.05)
    assert caplog.records == []
