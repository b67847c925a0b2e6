"""The commands of a studio's file of clients: who they are, what was done, what they may ask for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from bikefit.cli.declared import Argument, Flag, app
from bikefit.cli.flags import CommonFlags, ReportFlags, Spoken
from bikefit.cli.output import announce, open_file
from bikefit.cli.reports import check_written
from bikefit.errors import UsageError, how_many
from bikefit.files import write_whole
from bikefit.words import Words

if TYPE_CHECKING:
    from bikefit.store import ClientRow

CLIENTS: Final = Path("studio.sqlite")
"""The file of clients where none is named."""
ClientFlag = Annotated[str, Flag("--client", metavar="ID", help="A client in the studio's file.")]
ClientsFlag = Annotated[Path, Flag("--clients", metavar="FILE.sqlite", help="The studio's file of clients.")]
Who = Annotated[str, Argument(metavar="ID", help="The client's id, or a name that only one has.")]

group = app.group(
    "clients",
    help="A studio's clients over the years, in one file of its own; nothing leaves the machine.",
    epilog="Example: bikefit clients show c1 -o anna.html",
)


@group.command(epilog="Example: bikefit clients add 'Anna Muster'")
def add(
    common: CommonFlags,
    name: Annotated[str, Argument(metavar="NAME", help="The client's name.")],
    own_id: Annotated[str, Flag("--id", metavar="ID", help="An id of your own. [default: the next number]")] = "",
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Add a client; the file is made if it does not exist."""
    from bikefit.store import ClientFile

    with ClientFile(clients, make=True) as file:
        namesakes = file.named(name)
        row = file.add(name, own_id)
    for other in namesakes:
        announce(f"{other.id} has the same name; 'bikefit clients merge' joins two of one person.", common.quiet)
    print(f"{row.id}  {row.name}")


@group.command(epilog="Example: bikefit clients list --clients studio.sqlite")
def list_(
    common: CommonFlags,
    clients: ClientsFlag = CLIENTS,
) -> None:
    """List the clients: id, name, sessions, last and next visit."""
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        rows, sessions = file.clients(), file.sessions()
    width = max((len(row.id) for row in rows), default=2)
    for row in rows:
        own = [session for session in sessions if session["client"] == row.id]
        last = max((session["day"] for session in own), default="")
        due = max((session["next_visit"] for session in own), default="")
        told = [f"{row.id:{width}}  {row.name}", how_many(len(own), "session")]
        told += [f"last {last}"] if last else []
        told += [f"next {due}"] if due else []
        print("; ".join(told))
    if not rows:
        announce(f"{clients}: no clients yet.", common.quiet)


@group.command(epilog="Example: bikefit clients show c1 -o anna.html")
def show(
    common: CommonFlags,
    who: Who,
    out: Annotated[Path, Flag("--out", "-o", metavar="OUT.html", help="Where the page is written.")],
    language: Spoken = "en",
    opened: Annotated[bool, Flag("--open", help="Open the page when done.")] = False,
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Write a client's page: angles, counts and comfort over the years, and each visit's verdict."""
    words = Words(language)
    check_written(out, "--out", (".html",), "the page")
    from bikefit.clients import client_page
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        row = file.find(who)
        write_whole(out, client_page(words, row, file.sessions(row)))
        os.chmod(out, 0o600)
        file.note_copies(row, [out])
    announce(f"Wrote {out}", common.quiet)
    if opened:
        open_file(out)


@group.command(epilog="Example: bikefit clients export c1 -o anna/")
def export(
    common: CommonFlags,
    who: Who,
    out: Annotated[Path, Flag("--out", "-o", metavar="DIR", help="A new or empty folder.")],
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Write all that is kept of a client: one JSON and the pages."""
    from bikefit.clients import export_client
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        row = file.find(who)
        written = export_client(file, row, out)
        file.note_copies(row, written)
    announce(f"Wrote {written[0]} and {how_many(len(written) - 1, 'page')}", common.quiet)


@group.command(epilog="Example: bikefit clients forget c1 --yes")
def forget(
    common: CommonFlags,
    who: Who,
    yes: Annotated[bool, Flag("--yes", help="Do not ask.")] = False,
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Remove a client with every byte of their rows and pages; what cannot be reached is said."""
    from bikefit.clients import forget_client
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        row = file.find(who)
        if not yes and not _agreed(f"Forget {row.id}, {row.name}, for good? [y/N] "):
            raise UsageError("clients forget: nothing was removed; --yes removes without a question.")
        for line in forget_client(file, row):
            announce(line, common.quiet)


@group.command(epilog="Example: bikefit clients merge c7 c1")
def merge(
    common: CommonFlags,
    source: Annotated[str, Argument(metavar="FROM", help="The client whose sessions are moved.")],
    target: Annotated[str, Argument(metavar="INTO", help="The client who stays.")],
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Join two entries of one person: the sessions of the first go to the second."""
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        gone, kept = file.find(source), file.find(target)
        moved = file.merge(gone, kept)
    announce(f"{how_many(moved, 'session')} of {gone.id} moved to {kept.id}; {gone.id} is gone.", common.quiet)


@group.command(epilog="Example: bikefit clients backup studio-2026-11.sqlite")
def backup(
    common: CommonFlags,
    out: Annotated[Path, Argument(metavar="OUT.sqlite", help="A new file.")],
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Copy the whole file, also while others write to it."""
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        file.backup(out)
    announce(f"Wrote {out}", common.quiet)


def _agreed(question: str) -> bool:
    """Ask a question on the terminal; without a terminal the answer is no."""
    try:
        return input(question).strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def client_named(clients: Path, who: str) -> ClientRow:
    """Return the client whom ``--client`` names, before any recording is read."""
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        return file.find(who)


def note_copies(clients: Path, who: str, paths: list[Path]) -> None:
    """Note reports of a client, so that ``clients forget`` finds them."""
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        file.note_copies(file.find(who), paths)


def output_for(output: ReportFlags, row: ClientRow) -> ReportFlags:
    """Put the client's name on the report where no other was given."""
    return output if output.rider else replace(output, rider=row.name)
