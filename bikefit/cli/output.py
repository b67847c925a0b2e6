"""Writing files whole or not at all, and telling about it on standard error."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bikefit.errors import OutputError


def write_text(path: Path, content: str) -> None:
    """Write a text file under a temporary name, then rename it.

    Parameters
    ----------
    path : Path
        Where to; an existing file is replaced.
    content : str
        All of it; UTF-8.

    Raises
    ------
    OutputError
        If it cannot be written; then nothing is left behind.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:50]}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}).") from error


def announce(message: str, quiet: bool) -> None:
    """Say on standard error what was done, unless asked to be quiet.

    Parameters
    ----------
    message : str
        One line.
    quiet : bool
        Say nothing.
    """
    if not quiet:
        print(message, file=sys.stderr)


def open_file(path: Path) -> None:
    """Show a file with whatever the desktop opens it with.

    Parameters
    ----------
    path : Path
        An existing file.
    """
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def print_json(document: Any) -> None:
    """Print one JSON object on standard output.

    Parameters
    ----------
    document : object
        Plain values; NaN is refused rather than written.
    """
    # ASCII escapes: every terminal can carry them and every reader reads them back
    sys.stdout.write(json.dumps(document, allow_nan=False, indent=2) + "\n")
