"""What the page asks of the server."""

import dataclasses
import io
import pathlib
from dataclasses import dataclass
from typing import Annotated, Any

import fastapi
import msgspec
import PIL.Image
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from jnst import samples
from jnst.arrays import InputError, printable
from jnst.record import Inputs, record
from jnst.version import __version__
from jnst.web.choices import CHANGEABLE, choices, settings_for
from jnst.web.guard import MOST_BYTES, Guard
from jnst.web.store import RESTING, Given, Run, Store
from jnst.web.worker import Worker

PAGE = {path.name: path for path in (pathlib.Path(__file__).parent / "page").iterdir()}
"""The files of the page: a request names one of these, or nothing."""
_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

_Key = Annotated[str, fastapi.Path(pattern="^[0-9a-f]{16}$")]


@dataclass
class Wanted:
    """A run that is asked for: pictures by ID, a preset, and what is changed of it."""

    content: str
    style: str
    preset: str = "default"
    quality: str = "normal"
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)


def create_app(store: Store, worker: Worker, *, host: str) -> FastAPI:
    """Return the server for the runs of a store. `host` is what it will be bound to."""
    # No pages of FastAPI's own: they fetch scripts from elsewhere.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Guard, host=host)
    for kind in (InputError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _refused)

    def run_of(key: str) -> Run:
        if key not in store.runs:
            raise HTTPException(404, "this run is no longer there")
        return store.runs[key]

    def told(run: Run, *, whole: bool = False) -> Response:
        return _json(describe(store, worker, run, whole=whole))

    @app.get("/")
    def index() -> Response:
        return page("index.html")

    @app.get("/api/choices")
    def offer() -> Response:
        return _json(choices() | {"most_bytes": MOST_BYTES, "version": __version__})

    @app.post("/api/pictures")
    async def give(request: Request, name: str = "") -> Response:
        data = await request.body()  # no more than the guard allows
        return _json(await run_in_threadpool(store.add_picture, data, name))

    @app.post("/api/samples")
    def give_samples() -> Response:
        with store.lock:
            there = {one.name: one for one in store.pictures.values() if one.sample}
            made = {name: data for name, data in _samples().items() if name not in there}
            for name, data in made.items():
                there[name] = store.add_picture(data, name, sample=True)
        return _json({"content": there[samples.CONTENT], "style": there[_SAMPLE_STYLE]})

    @app.get("/api/pictures/{key}/view.jpg")
    def view(key: _Key) -> Response:
        if key not in store.pictures:
            raise HTTPException(404, "this picture is no longer there")
        return _file(store.picture_file(store.pictures[key], "view.jpg"))

    @app.get("/api/runs")
    def runs() -> Response:
        newest = sorted(store.runs.copy().values(), key=lambda run: (-run.created, run.id))
        return _json([describe(store, worker, run) for run in newest])

    @app.post("/api/runs")
    def begin(wanted: Wanted) -> Response:
        settings = settings_for(wanted.preset, wanted.quality, wanted.changes)
        with store.lock:
            pair = _pair(store, wanted)
            worker.check_room()
            run = store.add_run(
                *pair,
                preset=wanted.preset,
                quality=wanted.quality,
                changes=wanted.changes,
                made_with=msgspec.to_builtins(record(settings, _inputs(*pair)), enc_hook=str),
            )
            worker.submit(run)
        return told(run)

    @app.get("/api/runs/{key}")
    def one(key: _Key) -> Response:
        return told(run_of(key), whole=True)

    @app.delete("/api/runs/{key}")
    def remove(key: _Key) -> Response:
        worker.remove(run_of(key))
        return _json({})

    @app.post("/api/runs/{key}/stop")
    def stop(key: _Key) -> Response:
        worker.stop(run_of(key))
        return told(run_of(key))

    @app.post("/api/runs/{key}/resume")
    def resume(key: _Key) -> Response:
        with store.lock:
            run = run_of(key)
            if run.status in ("stopped", "failed"):
                worker.submit(run)
        return told(run)

    @app.get("/api/runs/{key}/preview.jpg")
    def preview(key: _Key) -> Response:
        return _file(store.run_file(run_of(key), "preview.jpg"))

    @app.get("/api/runs/{key}/picture.png")
    def result(key: _Key) -> Response:
        run = run_of(key)
        names = [store.pictures[one].name for one in (run.content, run.style)]
        name = "-".join(pathlib.Path(one).stem for one in names)
        return _file(store.run_file(run, "picture.png"), name=f"{name}.png")

    @app.get("/{name}")
    def page(name: str) -> Response:
        if name not in PAGE:
            raise HTTPException(404, "there is nothing of that name")
        return FileResponse(PAGE[name], media_type=_KINDS[PAGE[name].suffix])

    return app


def describe(store: Store, worker: Worker, run: Run, *, whole: bool = False) -> dict[str, Any]:
    """Return what the page shows of a run; the `whole` with its curve and all its settings."""
    told = msgspec.structs.asdict(run) | {
        "content": store.pictures[run.content],
        "style": store.pictures[run.style],
        "asked": {name: run.made_with.get(name) for name in CHANGEABLE},
        "place": worker.place(run),
        "painted": store.painted(run),
        "finished": run.status in RESTING and store.run_file(run, "picture.png").exists(),
    }
    if not whole:
        del told["made_with"]
        if told["painted"] is not None:
            told["painted"].curve = []
    return told


_SAMPLE_STYLE = "sample"


def _samples() -> dict[str, bytes]:
    photograph = io.BytesIO()
    PIL.Image.fromarray(samples.content()).save(photograph, "PNG")
    return {samples.CONTENT: photograph.getvalue(), _SAMPLE_STYLE: samples.STYLE.read_bytes()}


def _pair(store: Store, wanted: Wanted) -> list[Given]:
    for what in ("content", "style"):
        if getattr(wanted, what) not in store.pictures:
            raise InputError(f"{what}: the picture is no longer there; choose it again")
    return [store.pictures[wanted.content], store.pictures[wanted.style]]


def _inputs(content: Given, style: Given) -> Inputs:
    """Name the pictures for the metadata, as the command line would: the sample pair by nothing."""
    if content.sample and style.sample:
        return Inputs()
    return Inputs(pathlib.Path(content.name), (pathlib.Path(style.name),))


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _file(path: pathlib.Path, *, name: str | None = None) -> Response:
    if not path.is_file():
        raise HTTPException(404, "there is no picture yet")
    return FileResponse(path, filename=name)


def _refused(request: Request, error: Exception) -> Response:
    """Answer in one line; `field` is what in the form it is about, if anything."""
    if isinstance(error, HTTPException):
        return _json({"error": error.detail, "field": ""}, error.status_code)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return _json({"error": printable(f"{where}: {first['msg'].lower()}"), "field": ""}, 400)
    word = str(error).partition(" ")[0].strip(":").partition("[")[0]
    field = word if word in ("content", "style", *CHANGEABLE) else ""
    return _json({"error": printable(error), "field": field}, 400)
