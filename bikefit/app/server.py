"""The local server: the page, its engine, and nothing that leaves this computer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bikefit.app.bench import Bench, Said
from bikefit.app.engine import place, settle
from bikefit.app.folder_batch import beside, run_folder, source_of
from bikefit.app.page import MEDIA_TYPES, front
from bikefit.app.room import Room
from bikefit.errors import UsageError

FILE_MAX_BYTES: Final = 512 << 20
ROOM_MAX_BYTES: Final = 8 << 30
REQUEST_MAX_BYTES: Final = 4 << 20
LISTEN_S: Final = 0.2
"""So often it is asked whether the page still wants the answer."""
ENGINE_CALLS: Final = ("about", "sample", "analyze", "inspect", "compare", "plan")
DEEPEST: Final = 12
LINES: Final = "application/x-ndjson"
APART: Final = "sandbox allow-scripts allow-downloads allow-popups"
"""For pages of results: whatever is in them has no part in this page."""


@dataclass
class Desk:
    """What the requests of one run share."""

    room: Room
    bench: Bench
    end: Callable[[], None]
    results: dict[str, Path] = field(default_factory=dict)
    received_bytes: int = 0


def make_app(room: Room, end: Callable[[], None], language: str = "en") -> Starlette:
    """Return the server's app; ``end`` ends it."""
    desk = Desk(room, Bench(room.recordings), end)
    assets = front({"engine": "local", "max_bytes": FILE_MAX_BYTES}, language)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await desk.bench.start()
        try:
            yield
        finally:
            await desk.bench.stop()
            await asyncio.to_thread(room.clear)

    async def page(request: Request) -> Response:
        name = request.path_params.get("name") or "index.html"
        if name not in assets:
            raise HTTPException(404)
        return Response(assets[name], media_type=MEDIA_TYPES[Path(name).suffix])

    def route(path: str, act: Callable[[Desk, Request], Any], *methods: str) -> Route:
        async def answer(request: Request) -> Response:
            return await act(desk, request)  # type: ignore[no-any-return]

        return Route(path, answer, methods=list(methods))

    routes = [
        route("/api/files", receive_file, "PUT"),
        route("/api/files", forget_file, "DELETE"),
        route("/api/report", write_report, "POST"),
        route("/api/batch", run_batch, "POST"),
        route("/api/quit", quit_server, "POST"),
        route("/api/{what}", ask_engine, "POST"),
        route("/results/{key}.zip", pack_results, "GET"),
        route("/results/{key}/{path:path}", show_results, "GET"),
        Route("/", page, methods=["GET"]),
        Route("/{name}", page, methods=["GET"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _in_words})


async def _in_words(_: Request, error: Exception) -> Response:
    """Say what is wrong with a request that no page of ours makes."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    told = error.detail if isinstance(error, HTTPException) and status in (400, 413) else "There is nothing here."
    return PlainTextResponse(f"{told}\n", status)


# ---- recordings ---------------------------------------------------------------------------------------------


async def receive_file(desk: Desk, request: Request) -> Response:
    """Write what is sent into the room, whole or not at all."""
    name = request.query_params.get("name", "")
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > FILE_MAX_BYTES:
        raise HTTPException(413, _too_large(name, int(told)))
    if desk.received_bytes > ROOM_MAX_BYTES:
        raise HTTPException(413, "So much was dropped here that no more fits: end bikefit and start it again.")
    size, arrived = 0, desk.room.path / f"arriving-{secrets.token_hex(8)}"
    try:
        with arrived.open("xb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > FILE_MAX_BYTES:
                    raise HTTPException(413, _too_large(name, size))
                file.write(piece)
        if "folder" in request.query_params:
            within = _below_folder(desk, request)
            kept = settle(within, arrived, request.query_params.get("path", name))
        else:
            kept = settle(desk.room.recordings, arrived, name)
    except ClientDisconnect:
        return Response(status_code=400)
    except OSError as error:
        raise HTTPException(413, f"{name}: cannot be kept here ({error.strerror or error}).") from error
    finally:
        desk.received_bytes += size
        arrived.unlink(missing_ok=True)
    return JSONResponse({"name": kept})


def _too_large(name: str, size: int) -> str:
    """Say that a file is larger than any ride."""
    return (
        f"{name}: this is {size / 1e9:.1f} GB or more; the page takes recordings of up to {FILE_MAX_BYTES >> 20} MB, "
        "which is more than a day's ride. For a larger one use the command line: bikefit analyze FILE."
    )


def _below_folder(desk: Desk, request: Request) -> Path:
    """Make and return the folder for a file of a dropped folder: the same place below a folder of its own."""
    within = desk.room.folders / _folder_key(request.query_params["folder"])
    for part in re.split(r"[/\\]", request.query_params.get("path", ""))[:-1][:DEEPEST]:
        if part:
            within = within / place(desk.room.path / "nowhere", part).name
    within.mkdir(parents=True, exist_ok=True)
    return within


def _folder_key(told: str) -> str:
    """Make the name of a dropped folder's place harmless."""
    return re.sub(r"[^\w-]", "", told)[:40] or "folder"


async def forget_file(desk: Desk, request: Request) -> Response:
    """Remove a recording, or all of them."""
    wanted = request.query_params.get("name", "")
    for path in desk.room.recordings.iterdir():
        if not wanted or path.name == wanted:
            path.unlink(missing_ok=True)
    if not wanted:
        shutil.rmtree(desk.room.folders, ignore_errors=True)
        desk.room.folders.mkdir(exist_ok=True)
        desk.received_bytes = 0
    return JSONResponse({})


# ---- questions ----------------------------------------------------------------------------------------------


async def ask_engine(desk: Desk, request: Request) -> Response:
    """Pass a request on to the engine."""
    what = request.path_params["what"]
    if what not in ENGINE_CALLS:
        raise HTTPException(404)
    return _streamed(request, desk.bench.ask(what, await _asked(request)))


async def write_report(desk: Desk, request: Request) -> Response:
    """Send the report of an answer."""
    said: Said | None = None
    async for each in _while_wanted(request, desk.bench.ask("report", await _asked(request))):
        said = each
    if isinstance(said, bytes):
        return Response(said, media_type="application/octet-stream")
    return Response(json.dumps((said or {}).get("answer", {})), media_type=LINES)


async def run_batch(desk: Desk, request: Request) -> Response:
    """Analyse a folder that was typed, or one that was dropped."""
    asked = await _asked(request)
    try:
        if asked.get("folder"):
            source = desk.room.folders / _folder_key(str(asked["folder"]))
            inside = [path for path in source.iterdir() if path.is_dir()] if source.is_dir() else []
            out = desk.room.path / "results" / secrets.token_hex(4)
            source = inside[0] if len(inside) == 1 and len(list(source.iterdir())) == 1 else source
            out.parent.mkdir(exist_ok=True)
        else:
            source = source_of(str(asked.get("source", "")))
            out = source_of(str(asked["out"])) if asked.get("out") else beside(source)
    except UsageError as error:
        return Response(json.dumps({"error": {"message": str(error), "exit_code": 2}}) + "\n", media_type=LINES)

    async def with_key() -> AsyncIterator[Said]:
        async for said in run_folder(source, out, asked.get("options") or {}):
            if "index" in said.get("answer", {}):
                key = secrets.token_hex(8)
                desk.results[key] = out
                said["answer"]["pages"] = f"results/{key}/"
                said["answer"]["packed"] = f"results/{key}.zip"
            yield said

    return _streamed(request, with_key())


async def quit_server(desk: Desk, _: Request) -> Response:
    """End the run."""
    desk.end()
    return JSONResponse({})


async def _asked(request: Request) -> Any:
    """Return the JSON of a request."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > REQUEST_MAX_BYTES:
            raise HTTPException(413, "This request is longer than any of the page's.")
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise HTTPException(400, "A request of the page is a JSON object.")
    return asked


def _streamed(request: Request, source: AsyncIterator[Said]) -> Response:
    """Send what is said, a line each."""

    async def lines() -> AsyncIterator[str]:
        async for said in _while_wanted(request, source):
            yield json.dumps(said, allow_nan=False) + "\n"

    return StreamingResponse(lines(), media_type=LINES)


async def _while_wanted(request: Request, source: AsyncIterator[Said]) -> AsyncIterator[Said]:
    """Yield what is said as long as somebody listens; work that is no longer awaited is stopped."""
    said: asyncio.Queue[Said | None] = asyncio.Queue()

    async def listen() -> None:
        try:
            async for each in source:
                said.put_nowait(each)
        finally:
            said.put_nowait(None)

    listening = asyncio.create_task(listen())
    try:
        while True:
            try:
                each = await asyncio.wait_for(said.get(), LISTEN_S)
            except TimeoutError:
                if await request.is_disconnected():
                    return
                continue
            if each is None:
                return
            yield each
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await listening


# ---- a batch's pages ----------------------------------------------------------------------------------------


async def show_results(desk: Desk, request: Request) -> Response:
    """Send a page or table of a batch's results."""
    out = desk.results.get(request.path_params["key"])
    if out is None:
        raise HTTPException(404)
    path = (out / (request.path_params["path"] or "index.html")).resolve()
    if not path.is_relative_to(out.resolve()) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"content-security-policy": APART})


async def pack_results(desk: Desk, request: Request) -> Response:
    """Send all results of a batch in one file."""
    out = desk.results.get(request.path_params["key"])
    if out is None or not out.is_dir():
        raise HTTPException(404)
    packed = desk.room.path / f"{request.path_params['key']}.zip"

    def pack() -> None:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(out.rglob("*")):
                if path.is_file() and not path.name.startswith("."):
                    file.write(path, path.relative_to(out))

    await asyncio.to_thread(pack)
    return FileResponse(packed, filename="bikefit-results.zip")
