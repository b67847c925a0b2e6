"""The command that opens the page without a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from bikefit.cli.declared import Flag, app
from bikefit.cli.flags import CommonFlags, Spoken
from bikefit.cli.output import announce, say
from bikefit.errors import UsageError
from bikefit.sessions.session import KEYWORDS


@app.command(epilog="Example: bikefit app")
def app_(
    common: CommonFlags,
    port: Annotated[int | None, Flag("--port", metavar="N", help="Port of the page. [default: 8017]", min=1)] = None,
    language: Spoken = "en",
    no_open: Annotated[bool, Flag("--no-open", help="Print the address only; open no browser.")] = False,
    export: Annotated[
        Path | None, Flag("--export", metavar="SITE", help="Write the page as a web site for any static host instead.")
    ] = None,
    pyodide: Annotated[
        Path | None,
        Flag("--pyodide", metavar="DIR", help="Folder of the Python that runs in the site's visitors' browsers."),
    ] = None,
) -> None:
    """Open a page where recordings are dropped, answered and compared; nothing leaves this computer."""
    if port is not None and port > 65535:
        raise UsageError(f"--port {port}: a port is a number from 1 to 65535.")
    language = KEYWORDS["language"].option.read(language, "--language")
    if (export is None) != (pyodide is None):
        raise UsageError("--export SITE and --pyodide DIR belong together: the site, and the Python that it runs on.")
    if export is not None and pyodide is not None:
        from bikefit.app.site import export_site

        made = export_site(export, pyodide, language)
        first, more = (f"{each / 1e6:.1f} MB" for each in (made.first_bytes, made.scipy_bytes))
        announce(
            f"Wrote {export}: {first} are fetched at the first visit, {more} more for a shoe sensor.", common.quiet
        )
        return
    from bikefit.app.run import run_app

    run_app(port, language=language, open_page=not no_open, say=say)
