"""What the commands print besides their results, and the desktop they may open a report on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def announce(message: str, quiet: bool) -> None:
    """Say on standard error what was done, unless asked to be quiet."""
    if not quiet:
        print(message, file=sys.stderr)


def say(message: str) -> None:
    """Say something on standard error, quiet or not."""
    print(f"bikefit: {message}", file=sys.stderr, flush=True)


def open_file(path: Path) -> None:
    """Show a file with whatever the desktop opens it with."""
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def print_json(document: Any) -> None:
    """Print one JSON object on standard output."""
    # ASCII escapes: every terminal can carry them and every reader reads them back
    sys.stdout.write(json.dumps(document, allow_nan=False, indent=2) + "\n")
