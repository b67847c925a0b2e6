"""The process that analyses for the local server: an engine that takes its requests from standard input.

A request is a line of JSON. What is said on the way, and the answer, are lines of JSON too; a report follows, as bytes,
the line that gives their number. It ends when its input ends.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from bikefit.app.engine import Engine


def main(folder: str) -> None:
    """Serve requests until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else prints must not come between the answers
    warm_up()
    serve(Path(folder), sys.stdin.buffer, answers)


def serve(folder: Path, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request as it comes."""

    def tell(**said: object) -> None:
        answers.write(json.dumps(said, allow_nan=False).encode() + b"\n")
        answers.flush()

    engine = Engine(folder, lambda stage: tell(stage=stage))
    for line in requests:
        asked = json.loads(line)
        answer = engine.call(asked["what"], asked["request"])
        if isinstance(answer, bytes):
            tell(bytes=len(answer))
            answers.write(answer)
            answers.flush()
        else:
            tell(answer=answer)


def warm_up() -> None:
    """Load all that an answer and its page need, so that the first recording does not wait for it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        copied = engine.call("sample", {"name": "first"})
        if isinstance(copied, dict) and "recordings" in copied:
            asked = {"file": copied["recordings"][0]["name"]}
            engine.call("analyze", asked)
            engine.call("report", {"of": "analyze", "request": asked})
