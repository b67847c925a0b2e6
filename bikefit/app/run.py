"""Start the local page, say where it is, and end it: with the terminal, or with the page's button."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from typing import Final

import uvicorn

from bikefit.app.guard import Guard
from bikefit.app.room import Room
from bikefit.app.server import make_app
from bikefit.errors import UsageError
from bikefit.words import Words

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 8017
"""The same each time, for a browser remembers the last session by it."""


def run_app(port: int | None, *, language: str, open_page: bool, say: Callable[[str], None]) -> None:
    """Serve the page until it is ended."""
    listening, usual_taken = _listen(port)
    room = Room()
    key = secrets.token_urlsafe(24)
    own_port = listening.getsockname()[1]
    address = f"http://{HOST}:{own_port}/{key}/"

    def end() -> None:
        server.should_exit = True

    config = uvicorn.Config(
        Guard(make_app(room, end, language), own_port, key),
        log_level="error",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    words = Words(language)
    if usual_taken:
        say(words.text("terminal.app_port", usual=str(USUAL_PORT), own=str(own_port)))
    ends = words.text("terminal.app_ends", button=words.text("app.end"))
    say(f"{words.text('terminal.app_at', address=address)}\n{ends}")
    if open_page:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    if hasattr(signal, "SIGHUP"):  # the terminal was closed
        signal.signal(signal.SIGHUP, lambda *_: end())
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        room.clear()


def _listen(port: int | None) -> tuple[socket.socket, bool]:
    """Return a socket of this computer alone, and whether the usual port was taken; a port asked for must be free."""
    for wanted in (port,) if port is not None else (USUAL_PORT, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # or the port stays taken for a minute after the last run
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, wanted))
        except OSError as error:
            listening.close()
            if port is not None:
                why = (error.strerror or str(error)).lower()
                raise UsageError(f"--port {port}: cannot be had ({why}). Choose another, or leave it out.") from None
            continue
        listening.listen(128)
        return listening, port is None and wanted == 0
    raise UsageError("no port of this computer is free for the page.")
