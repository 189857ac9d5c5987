"""A server in a thread, with a painter that pretends, and plain requests to it."""

import contextlib
import http.client
import io
import json
import sys
import threading
import time
from pathlib import Path

import numpy as np
import PIL.Image
import uvicorn

from jnst.commands import web
from jnst.web import connections, server, store, worker

SUPPORT = Path(__file__).parent
PRETEND = (sys.executable, str(SUPPORT / "pretend.py"))
TINY = (sys.executable, str(SUPPORT / "tiny_painter.py"))
"""What paints: a pretender, or the real painter with the small network of `tiny.py`."""


def png(width=30, height=20):
    stream = io.BytesIO()
    levels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    PIL.Image.fromarray(levels).save(stream, "PNG")
    return stream.getvalue()


class Site:
    """Requests to a server; `answer` is (status, JSON or bytes)."""

    def __init__(self, port):
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"

    def ask(self, method, path, body=None, **headers):
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("content_type", "application/json")
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
            self.headers = answer.headers
            is_json = answer.headers["content-type"] == "application/json"
            return answer.status, json.loads(data) if is_json else data

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, body, **headers)

    def pair(self):
        return [self.post("/api/pictures?name=a.png", png())[1]["id"] for _ in range(2)]

    def wanted(self, content, *styles):
        return {"content": content, "paintings": [{"picture": style} for style in styles]}

    def begin(self, *pair, quality="normal", preset="default", **changes):
        content, *styles = pair or self.pair()
        wanted = self.wanted(content, *styles) | {"preset": preset, "quality": quality}
        status, run = self.post("/api/runs", wanted | {"changes": {"size": 32, **changes}})
        assert status == 200, run
        return run["id"]

    def until(self, key, *statuses, seconds=30.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            run = self.get(f"/api/runs/{key}")[1]
            if run["status"] in statuses:
                return run
            time.sleep(0.02)
        raise AssertionError(f"{run['status']}, not {statuses}, after {seconds} s")


@contextlib.contextmanager
def serving(folder, *, host="127.0.0.1", command=PRETEND):
    """Serve a folder; `site.store` and `site.worker` are what the server has."""
    with web.listening("127.0.0.1", 0) as listener, store.opened(folder) as kept:
        painter = worker.Worker(kept, command=command)
        app = server.create_app(kept, painter, host=host)
        served = uvicorn.Server(connections.configured(app))
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            site = Site(listener.getsockname()[1])
            site.store, site.worker = kept, painter
            yield site
        finally:
            painter.close()
            served.should_exit = True
            thread.join()


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
