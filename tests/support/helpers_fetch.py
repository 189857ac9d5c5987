"""A server of files on this machine, and its habits."""

import contextlib
import functools
import hashlib
import http.server
import threading

import numpy as np

from jnst.weights import published

DATA = np.random.default_rng(0).bytes(700_000)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.data`, or one of `server.files` by its address, from where it is asked to.

    `server.habits` says what it does badly.
    """

    def do_GET(self):
        data = self.server.files.get(self.path, self.server.data)
        habits = self.server.habits
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if habits.get("status"):
            self.send_error(habits["status"])
            return
        if "leads" in habits and "led" not in self.path:
            self.send_response(302)
            self.send_header("Location", habits["leads"])
            self.end_headers()
            return
        if "ignores" in habits:
            start, asked = 0, None
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if asked else 200)
        if asked:
            first = 0 if "lies" in habits else start
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if "no length" not in habits and "endless" not in habits:
            self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : habits.get("stops")])
        with contextlib.suppress(ConnectionError):
            for _ in range(habits.get("endless", 0)):
                self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served():
    """Serve files on a free port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.data, server.habits, server.asked, server.files = DATA, {}, [], {}
        thread = threading.Thread(target=functools.partial(server.serve_forever, 0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def source(server, algorithm="md5", digits=None, data=DATA, file="net.h5"):
    sha = hashlib.new(algorithm, data).hexdigest()[:digits]
    address = f"http://127.0.0.1:{server.server_address[1]}"
    return published.Published(file, address, algorithm, sha, "us")
