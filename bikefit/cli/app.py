"""The program's name, help and version; the commands are added by their modules."""

from __future__ import annotations

from typing import Annotated

import typer

from bikefit import __version__

app = typer.Typer(
    name="bikefit",
    epilog="Example: bikefit analyze ride.fit --report result.html",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        typer.echo(f"bikefit {__version__}")
        raise typer.Exit


@app.callback()
def bikefit(
    version: Annotated[
        bool, typer.Option("--version", "-v", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """From a recording of how the feet turn on the pedals to a cleat wedge count, with how sure that is.

    'bikefit FILE' says what a recording holds and analyses it.
    """
