"""The server's routes, as the page calls them."""

import pathlib
from typing import Annotated

import fastapi
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from jnst.errors import InputError, check_choice
from jnst.web import films, masks, pair, tries
from jnst.web.answers import as_json, describe, failed, film, picture, refused
from jnst.web.choices import PAGE, choices
from jnst.web.guard import MOST_BYTES, MOST_FILM_BYTES, Guard, local
from jnst.web.orders import Wanted, ordered
from jnst.web.records import Run
from jnst.web.store import Store
from jnst.web.worker import Worker

FILES = {path.name: path for path in PAGE.iterdir()}
"""The files of the page: a request names one of these, or nothing."""
_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
}

_Key = Annotated[str, fastapi.Path(pattern="^[0-9a-f]{16}$")]


def create_app(store: Store, worker: Worker, *, host: str) -> FastAPI:
    """Return the server for the runs of a store. `host` is what it will be bound to."""
    # No pages of FastAPI's own: they fetch scripts from elsewhere.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Guard, host=host)
    for kind in (InputError, RequestValidationError, HTTPException, ClientDisconnect):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(Exception, failed)

    def run_of(key: str) -> Run:
        run = store.runs.get(key)
        if run is None:
            raise HTTPException(404, "this run is no longer there")
        return run

    def told(key: str, *, whole: bool = False) -> Response:
        with store.lock:  # else another request could remove it meanwhile
            return as_json(describe(store, worker, run_of(key), whole=whole))

    def named(key: str) -> tuple[Run, str]:
        with store.lock:
            run = run_of(key)
            first = run.paintings[0].picture
            names = [store.pictures[one].name for one in (run.content, first)]
        return run, "-".join(pathlib.Path(one).stem for one in names)

    @app.get("/")
    def index() -> Response:
        return page("index.html")

    @app.get("/api/choices")
    def offer() -> Response:
        most = {"most_bytes": MOST_BYTES, "most_film_bytes": MOST_FILM_BYTES}
        return as_json(choices() | most | {"local": local(host)})

    @app.post("/api/pictures")
    async def give(request: Request, name: str = "") -> Response:
        data = await request.body()  # no more than the guard allows
        return as_json(await run_in_threadpool(store.add_picture, data, name))

    @app.post("/api/films")
    async def give_film(request: Request, name: str = "") -> Response:
        with store.arriving() as folder:
            with films.receiving(folder) as write:
                async for part in request.stream():
                    await run_in_threadpool(write, part)
            return as_json(await run_in_threadpool(films.keep, store, folder, name))

    @app.post("/api/samples")
    def give_samples() -> Response:
        return as_json(pair.built_in(store))

    @app.post("/api/tries/{name}")
    def give_try(name: str) -> Response:
        check_choice("painting", name, tries.TRIES)
        return as_json(tries.give(store, name, FILES[tries.thumbnail(name)].read_bytes()))

    @app.post("/api/masks")
    async def give_mask(request: Request, name: str = "mask.png") -> Response:
        return as_json(await run_in_threadpool(masks.keep, store, await request.body(), name))

    @app.get("/api/pictures/{key}/mask.png")
    def mask(key: _Key) -> Response:
        given = store.pictures.get(key)
        if given is None or not given.mask:
            raise HTTPException(404, "this mask is no longer there")
        return picture(store.folder, store.picture_file(given, "original"), kind="image/png")

    @app.get("/api/pictures/{key}/view.jpg")
    def view(key: _Key) -> Response:
        given = store.pictures.get(key)
        if given is None:
            raise HTTPException(404, "this picture is no longer there")
        return picture(store.folder, store.picture_file(given, "view.jpg"))

    @app.get("/api/pictures/{key}/film")
    def original(key: _Key) -> Response:
        given = store.pictures.get(key)
        if given is None or given.film is None:
            raise HTTPException(404, "this film is no longer there")
        kind = films.KINDS[given.film.kind]
        return film(store.folder, store.picture_file(given, "original"), kind)

    @app.get("/api/runs")
    def runs() -> Response:
        with store.lock:
            newest = sorted(
                store.runs.values(), key=lambda run: (-run.number, -run.created, run.id)
            )
            return as_json([describe(store, worker, run) for run in newest])

    @app.post("/api/runs")
    def begin(wanted: Wanted) -> Response:
        with store.lock:
            order = ordered(store, wanted)
            order.check_masks(store)
            worker.check_room()
            run = order.add_to(store)
            worker.submit(run)
            return told(run.id)

    @app.post("/api/estimate")
    def expect(wanted: Wanted) -> Response:
        with store.lock:
            return as_json(ordered(store, wanted).expected(store))

    @app.get("/api/runs/{key}")
    def one(key: _Key) -> Response:
        return told(key, whole=True)

    @app.delete("/api/runs/{key}")
    def remove(key: _Key) -> Response:
        worker.remove(run_of(key))
        return as_json({})

    @app.post("/api/runs/{key}/stop")
    def stop(key: _Key) -> Response:
        worker.stop(run_of(key))
        return told(key)

    @app.post("/api/runs/{key}/resume")
    def resume(key: _Key) -> Response:
        with store.lock:
            run = run_of(key)
            if run.status in ("stopped", "failed"):
                store.forget_times(run)
                worker.submit(run)
            return told(key)

    @app.get("/api/runs/{key}/preview.jpg")
    def preview(key: _Key) -> Response:
        return picture(store.folder, store.run_file(run_of(key), "preview.jpg"))

    @app.get("/api/runs/{key}/picture.png")
    def result(key: _Key) -> Response:
        run, name = named(key)
        return picture(store.folder, store.run_file(run, "picture.png"), name=f"{name}.png")

    @app.get("/api/runs/{key}/film.mp4")
    def painted(key: _Key) -> Response:
        run, name = named(key)
        path = store.run_file(run, "film.mp4")
        return film(store.folder, path, films.KINDS[".mp4"], name=f"{name}.mp4")

    @app.get("/{name}")
    def page(name: str) -> Response:
        if name not in FILES:
            raise HTTPException(404, "there is nothing of that name")
        return FileResponse(FILES[name], media_type=_KINDS[FILES[name].suffix])

    return app
