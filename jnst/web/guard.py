"""Guard of every request: whom it may come from, and how large it may be."""

import asyncio
import ipaddress
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 32 * 2**20
"""Of a picture."""
MOST_FILM_BYTES = 256 * 2**20
"""Of a film, which goes to the disk as it comes."""
MOST_TEXT = 2**16
"""Bytes of any other request."""
PATIENCE = 20.0
"""Seconds until a body has come whole; and one more for each `SLOWEST` bytes that did come."""
SLOWEST = 50_000
"""Bytes of a body in a second, on the way from the slowest of clients."""
HEADERS = {
    # All from here, no code within the page, and the page within no other one.
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""Headers of every answer."""


class Guard:
    """An ASGI middleware that lets no other site's page speak to this one, in a browser.

    `host` is what the server is bound to. The name that a request was sent to must be that, or
    `localhost`, or an address: of this machine alone, where the server is bound to one of those.
    Any other name may be a foreign one that was made to lead here (DNS rebinding). What changes
    something, and all data, must not be asked for by pages of other origins.
    """

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on with limits on its body: of size and of time."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        uploads = {
            "/api/pictures": MOST_BYTES,
            "/api/masks": MOST_BYTES,
            "/api/films": MOST_FILM_BYTES,
        }
        most = uploads.get(scope["path"], MOST_TEXT)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
                if message["status"] in (408, 413):  # or the server would read on, for nothing
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        refused = self._refused(scope, headers) or _too_large(headers, most)
        if refused is not None:
            status, reason = refused
            await JSONResponse({"error": reason}, status)(scope, receive, answer)
            return
        seen, began, whole = 0, time.monotonic(), False

        async def limited() -> Message:
            nonlocal seen, whole
            if whole:  # what comes now is the end of the connection
                return await receive()
            due = began + PATIENCE + seen / SLOWEST
            try:
                message = await asyncio.wait_for(receive(), due - time.monotonic())
            except TimeoutError:
                raise HTTPException(408, "the request came too slowly") from None
            seen, whole = seen + len(message.get("body", b"")), not message.get("more_body")
            if seen > most:
                raise HTTPException(413, _too_many(most))
            return message

        await self.app(scope, limited, answer)

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not known(host, self.host):
            return 403, "this page answers to the address of this machine only"
        site = headers.get("sec-fetch-site", "same-origin")
        origin = headers.get("origin")
        changes = scope["method"] not in ("GET", "HEAD")
        foreign = origin is not None and origin.partition("://")[2] != host
        if (changes or scope["path"].startswith("/api/")) and (
            foreign or site not in ("same-origin", "none")
        ):
            return 403, "this was asked for by a page of another site"
        return None


def known(header: str, bound: str) -> bool:
    """Tell whether a Host header names the server that is bound to `bound`."""
    try:
        name = urlsplit(f"//{header}").hostname or ""
        if name in ("localhost", bound.lower()):
            return True
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not local(bound)


def local(host: str) -> bool:
    """Tell whether only programs on this machine can reach a server that is bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _too_large(headers: Headers, most: int) -> tuple[int, str] | None:
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return 400, "its length is no number"
    return (413, _too_many(most)) if len(length) > 15 or int(length) > most else None


def _too_many(most: int) -> str:
    if most != MOST_TEXT:
        return f"the file is too large: at most {most >> 20} MB"
    return "the request is too large"
