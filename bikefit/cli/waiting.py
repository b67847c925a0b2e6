"""A line on the terminal while something takes its time."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bikefit.threads import exist

SILENT_S: Final = 1.0
"""What is done within this time needs no words."""
EVERY_S: Final = 1.0


@contextmanager
def waiting(what: str, quiet: bool) -> Iterator[None]:
    """Say on standard error what is being done and for how long, once it takes long; on a terminal only.

    The line is gone when the work is done.
    """
    if quiet or not sys.stderr.isatty() or not exist():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, done), daemon=True, name="waiting")
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(what: str, done: threading.Event) -> None:
    """Write the line again and again until the work is done, then wipe it off."""
    began = time.monotonic()
    if done.wait(SILENT_S):
        return
    width = shutil.get_terminal_size().columns - 1
    while True:
        line = f"{what}: {time.monotonic() - began:.0f} s"
        print(f"\r{line[:width].ljust(width)}", end="", file=sys.stderr, flush=True)
        if done.wait(EVERY_S):
            break
    print(f"\r{' ' * width}\r", end="", file=sys.stderr, flush=True)
