"""The command that opens the page without a terminal."""

from __future__ import annotations

import sys
from typing import Annotated

from bikefit.cli.declared import Flag, app
from bikefit.cli.flags import CommonFlags
from bikefit.errors import UsageError
from bikefit.sessions.session import KEYWORDS


@app.command(epilog="Example: bikefit app")
def app_(
    common: CommonFlags,
    port: Annotated[int | None, Flag("--port", metavar="N", help="Port of the page. [default: 8017]", min=1)] = None,
    language: Annotated[str, Flag("--language", metavar="CODE", help="Language of the page: en or de.")] = "en",
    no_open: Annotated[bool, Flag("--no-open", help="Print the address only; open no browser.")] = False,
) -> None:
    """Open a page where recordings are dropped, answered and compared; nothing leaves this computer."""
    if port is not None and port > 65535:
        raise UsageError(f"--port {port}: a port is a number from 1 to 65535.")
    from bikefit.app.run import run_app

    def say(message: str) -> None:
        print(f"bikefit: {message}", file=sys.stderr, flush=True)

    run_app(port, language=KEYWORDS["language"].option.read(language, "--language"), open_page=not no_open, say=say)
