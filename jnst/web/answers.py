"""Answers of the server: a run as the page shows it, files, and one line for what is refused."""

import mimetypes
import pathlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from jnst.errors import printable
from jnst.runs.failures import explain, fail
from jnst.system import disk
from jnst.web.choices import CHANGEABLE
from jnst.web.records import RESTING, Run
from jnst.web.store import Store
from jnst.web.worker import Worker


def describe(store: Store, worker: Worker, run: Run, *, whole: bool = False) -> dict[str, Any]:
    """Return what the page shows of a run; the `whole` with its curve and all its settings.

    `since` is for how many seconds it has been painted now, `left` how many it will be, and `wait`
    in how many it begins, if known.
    """
    place = worker.place(run)
    told = msgspec.structs.asdict(run) | {
        "content": store.pictures[run.content],
        "paintings": [
            {**msgspec.to_builtins(one), "picture": store.pictures[one.picture]}
            for one in run.paintings
        ],
        "asked": {name: run.made_with.get(name) for name in CHANGEABLE},
        "place": place,
        "since": worker.since(run),
        "left": left(store, worker, run),
        "wait": _added(left(store, worker, one) for one in worker.ahead(run)) if place else None,
        "painted": store.painted(run),
        "finished": run.status in RESTING and store.is_finished(run),
    }
    del told["style"]
    if not whole:
        del told["made_with"]
        if told["painted"] is not None:
            told["painted"].curve = []
    return told


def left(store: Store, worker: Worker, run: Run) -> float | None:
    """Return how many seconds a run that waits, or is being painted, is going to take; if known.

    By what its painter says, or before it knows, by what was expected.
    """
    if run.status in RESTING:
        return None
    since = worker.since(run)
    painted = store.painted(run) if since else None
    if painted is not None and painted.left is not None:
        return painted.left
    return None if run.expected is None else max(run.expected - since, 0.0)


def _added(times: Iterable[float | None]) -> float | None:
    """Return the sum of times that are all known, or else None."""
    found = list(times)
    return None if None in found else float(sum(filter(None, found)))


def as_json(value: object, *, status: int = 200) -> Response:
    """Answer with a value, as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def picture(
    folder: pathlib.Path, path: pathlib.Path, *, name: str | None = None, kind: str | None = None
) -> Response:
    """Answer with a picture in the folder, to be kept as `name` where one is given.

    Its content type is `kind`, or what its own name says. 404 where it is not there yet, or leads
    elsewhere.
    """
    try:
        data = disk.read_within(folder, path)  # all at once: it may be replaced at any time
    except OSError:
        raise HTTPException(404, "there is no picture yet") from None
    kind = kind or mimetypes.guess_type(path)[0]
    return Response(data, headers=_named(name), media_type=kind)


def film(
    folder: pathlib.Path, path: pathlib.Path, kind: str, *, name: str | None = None
) -> Response:
    """Answer with a film of a content type, or those bytes of it that are asked for; see `picture`.

    Players ask for parts, and seek by that. One that has been replaced meanwhile has another ETag.
    """
    try:
        status = disk.status_within(folder, path)
    except OSError:
        raise HTTPException(404, "there is no film yet") from None
    return FileResponse(path, media_type=kind, headers=_named(name), stat_result=status)


def _named(name: str | None) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"} if name else {}


def failed(request: Request, error: Exception) -> Response:
    """Answer, and say in the terminal, that something went wrong which should not have."""
    said = explain(error)
    fail(said, 1)
    return as_json({"error": printable(said), "field": ""}, status=500)


def refused(request: Request, error: Exception) -> Response:
    """Answer in one line; `field` is what in the form it is about, if anything."""
    if isinstance(error, HTTPException):
        return as_json({"error": error.detail, "field": ""}, status=error.status_code)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return as_json(
            {"error": printable(f"{where}: {first['msg'].lower()}"), "field": ""}, status=400
        )
    word = str(error).partition(" ")[0].strip(":").partition("[")[0]
    field = word if word in ("content", "style", *CHANGEABLE) else ""
    return as_json({"error": printable(error), "field": field}, status=400)
