"""Connections to the server, none of which takes a place for longer than it makes use of it."""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 100
"""Connections at a time; who comes then is told to come later."""
HEADERS = 10.0
"""Seconds until the headers of a request have come whole."""
TAKING = 30.0
"""Seconds in which a client takes nothing of an answer until it is given up."""


def configured(app: Any) -> uvicorn.Config:
    """Return how an app is to be served: without a word about what clients do, and when it ends.

    Of its own faults the app itself speaks.
    """
    return uvicorn.Config(
        app,
        loop="asyncio",  # not uvloop's, which other packages may bring along
        log_config=None,
        log_level="critical",
        lifespan="off",
        ws="none",
        http=Connection,
        limit_concurrency=MOST,
        timeout_graceful_shutdown=2,
        server_header=False,
        proxy_headers=False,
    )


class Connection(H11Protocol):
    """HTTP/1.1 with a client that may be silent: one that asks nothing, or takes no answer.

    What uvicorn has is a limit for the time between two requests. That for bodies is the guard's.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._awaiting = self.loop.call_later(HEADERS, transport.abort)
        self._left = 0
        self._looking = self.loop.call_later(TAKING, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End all waiting."""
        super().connection_lost(exc)
        self._awaiting.cancel()
        self._looking.cancel()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a request has begun; from its end on for the next one."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._awaiting.cancel()
        elif self._awaiting.cancelled():
            self._awaiting = self.loop.call_later(HEADERS, self.transport.abort)

    def _look(self) -> None:
        """Give a client up that has taken nothing since the last look."""
        left = self.transport.get_write_buffer_size()
        if left and left == self._left:
            self.transport.abort()
            return
        self._left = left
        self._looking = self.loop.call_later(TAKING, self._look)
