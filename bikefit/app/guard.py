"""Who may ask: a page of this very run, on this very computer; everybody else is refused with the reason."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PRIVATE: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Passes on what comes from this computer's own page with the run's key in its address."""

    def __init__(self, app: ASGIApp, port: int, key: str) -> None:
        self._app = app
        self._key = key
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        why_not = self._why_not(scope)
        if why_not:
            await PlainTextResponse(f"{why_not}\n", 403, PRIVATE)(scope, receive, send)
            return

        async def privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    *((name.encode(), value.encode()) for name, value in PRIVATE.items()),
                ]
            await send(message)

        inside = f"/{self._key}"
        await self._app({**scope, "path": scope["path"].removeprefix(inside)}, receive, privately)

    def _why_not(self, scope: Scope) -> str:
        """Say why a request is refused; nothing where it is not."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return "This page is for the computer that it runs on: open it there, by the address that bikefit printed."
        origin = headers.get("origin")
        if (origin is not None and origin not in self._origins) or headers.get("sec-fetch-site") == "cross-site":
            return "Another site asked for this; only the page of bikefit itself may."
        key, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not slash or not hmac.compare_digest(key.encode(), self._key.encode()):
            return (
                "The key in this address is missing or of an earlier run. Open the address that bikefit printed when "
                "it started, or start it again: bikefit app."
            )
        return ""
