"""Where the local server has its analyses done: one process, one request at a time, ended when its client has gone.

A process can be stopped in the middle of whatever it does; a thread cannot.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import bikefit

LINE_MAX_BYTES: Final = 256 << 20
START: Final = "import sys; sys.path.append(sys.argv[1]); from bikefit.app.worker import main; main(sys.argv[2])"
Said = dict[str, Any] | bytes


class Bench:
    """Keeps a warm worker process over a folder of recordings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the worker; it gets ready while the page is loaded."""
        # -P: a recording's folder must never be where Python looks for its modules
        words = (sys.executable, "-P", "-c", START, str(Path(bikefit.__file__).parents[1]), str(self._folder))
        self._process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_MAX_BYTES,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    async def ask(self, what: str, request: Any) -> AsyncIterator[Said]:
        """Yield what the worker says of a request: stages, then the answer, or a report's bytes.

        It waits for its turn. Whoever leaves off in the middle ends the worker; the next request finds a new one.
        """
        async with self._turn:
            if self._renewal is not None:  # whoever left off may have been cancelled while waiting for it
                await asyncio.shield(self._renewal)
            if self._process is None or self._process.returncode is not None:
                await self.start()
            done = False
            try:
                async for said in self._exchange(json.dumps({"what": what, "request": request})):
                    done = isinstance(said, bytes) or "answer" in said
                    yield said
            finally:
                if not done:
                    self._renewal = asyncio.create_task(self._anew())
                    await asyncio.shield(self._renewal)

    async def _exchange(self, line: str) -> AsyncIterator[Said]:
        """Send one request and read what comes back until it is answered."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        lost: Said = {"answer": _lost()}
        try:
            process.stdin.write(line.encode() + b"\n")
            await process.stdin.drain()
            while said := await process.stdout.readline():
                told = json.loads(said)
                if "bytes" in told:
                    yield await process.stdout.readexactly(told["bytes"])
                    return
                yield told
                if "answer" in told:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        await self.stop()
        yield lost

    async def _anew(self) -> None:
        """End the worker in the middle of its work, and have the next one ready."""
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """End the worker."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def _lost() -> dict[str, Any]:
    """Say that the worker died, which is mostly for want of memory."""
    message = (
        "the analysis ended without an answer, most likely for want of memory. Use a section of the recording, "
        "or the command line."
    )
    return {"error": {"message": message, "exit_code": 3}}
