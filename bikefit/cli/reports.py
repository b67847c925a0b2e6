"""The files that a command writes of its result: reports and tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bikefit.cli.flags import ReportFlags
from bikefit.cli.output import announce, open_file
from bikefit.errors import UsageError, either
from bikefit.files import REPORTS, check_output
from bikefit.sessions.session import Session

if TYPE_CHECKING:
    import pandas as pd


def check_reports(output: ReportFlags) -> None:
    """Refuse what no report can be before the recording is read."""
    if output.open and not output.report:
        raise UsageError("--open: name the report to open with --report OUT.html.")
    for path in output.report:
        check_written(path, "--report", REPORTS, "a report")


def check_written(path: Path | None, flag: str, suffixes: Sequence[str], what: str = "this") -> None:
    """Refuse a file that could not be written before the work is done."""
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{flag} {path}: {what} is written as {either(suffixes)}.")
    if not path.parent.is_dir():
        raise UsageError(f"{flag} {path}: there is no folder {path.parent}.")
    check_output(path, what, suffixes)


def write_reports(
    result: Any, output: ReportFlags, quiet: bool, session: Session, comfort: Sequence[float | None] = ()
) -> None:
    """Write each report that was asked for, and open it where that was asked for too."""
    for note in session.brand.notes if session.brand and output.report else ():
        announce(f"brand: {note}", quiet)
    for path in output.report:
        from bikefit.report import Sheet, write_report

        write_report(
            result,
            path,
            title=output.title,
            rider=output.rider,
            fitter=output.fitter,
            paper=output.paper,
            language=session.language,
            pages=output.pages,
            brand=session.brand,
            sheet=Sheet.of(session, comfort),
        )
        announce(f"Wrote {path}", quiet)
        if output.open:
            open_file(path)


def write_table(table: pd.DataFrame, path: Path, quiet: bool) -> None:
    """Write a table for other programs, and say so."""
    from bikefit.report.out.tables import write_table

    write_table(table, path)
    announce(f"Wrote {path}", quiet)
