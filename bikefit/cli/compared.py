"""What a comparison compares: the recordings named, or a client's, and what was said of them for the sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bikefit.cli.clients import output_for
from bikefit.cli.flags import ReportFlags
from bikefit.errors import UsageError
from bikefit.sessions import values
from bikefit.sessions.session import KEYWORDS, Session

OF_A_CLIENT = ("notes", "comfort", "shoe", "pedal", "next_visit")
"""Options of the client's sheet; a plan has none."""


def compare_client(
    clients: Path, who: str, session: Session, output: ReportFlags, *, remounted: bool
) -> tuple[Any, ReportFlags, Sequence[Mapping[str, Any]]]:
    """Compare what the file of clients holds of one client."""
    from bikefit.clients import compare_client as compare_stored
    from bikefit.store import ClientFile

    with ClientFile(clients) as file:
        row = file.find(who)
        result, stored = compare_stored(
            file, row, remounted=remounted, settings=session.settings, cleat_float_deg=session.cleat_float_deg
        )
    return result, output_for(output, row), stored


def comforts_typed(typed: str | None) -> list[float | None]:
    """Return how each recording felt, as it was typed."""
    told = values.numbers(typed, "--comfort") or []
    for value in told:
        KEYWORDS["comfort"].option.check(value, "--comfort")
    return list(told)


def told_before(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the last of some sessions said for the sheet, where the command line says nothing."""
    told = {}
    for name in OF_A_CLIENT:
        last = next((row[name] for row in reversed(rows) if row[name]), None)
        if name != "comfort" and last and not getattr(session, name):
            told[name] = last
    return told


def recordings_named(files: list[str], *, counted: bool) -> list[Any]:
    """Return the files themselves, or the rows of the one manifest that was given."""
    if not files:
        raise UsageError("compare: name two recordings or more, one manifest, or --client ID.")
    if len(files) > 1:
        return list(files)
    from bikefit.comparison.sources import too_few

    if counted or "@" in files[0]:
        raise UsageError(too_few(files))
    from bikefit.sessions.manifest import read_manifest

    try:
        return list(read_manifest(files[0]))
    except UsageError as error:
        raise UsageError(f"{too_few(files)}\nIf it is a manifest that names the recordings: {error}") from None
