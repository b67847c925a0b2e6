"""The commands: each parses, calls one function of the package and prints what came back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from bikefit.cli.clients import CLIENTS, ClientFlag, ClientsFlag, client_named, note_copies, output_for
from bikefit.cli.compared import OF_A_CLIENT, comforts_typed, compare_client, recordings_named, told_before
from bikefit.cli.declared import Argument, Flag, app
from bikefit.cli.flags import AsJson, AsTyped, CommonFlags, Details, ReportFlags, Spoken, session_flags
from bikefit.cli.output import announce, print_json
from bikefit.cli.reports import check_reports, write_reports, write_table
from bikefit.cli.waiting import waiting
from bikefit.digests import begin_digest
from bikefit.errors import OutputError, UsageError, how_many
from bikefit.files import check_replaceable, write_whole
from bikefit.sessions import values
from bikefit.sessions.session import Said, Session, told_of
from bikefit.simulate import RiderNumbers
from bikefit.words import Words

NOTHING_USABLE = 3
"""Exit code where the recording holds nothing to analyse."""


@app.command(epilog="Example: bikefit analyze ride.csv --left-wedges 1 --report result.html")
def analyze(
    common: CommonFlags,
    said: Annotated[Said, session_flags("read", "section", "decision", "fitted", "sheet")],
    output: ReportFlags,
    file: Annotated[Path | None, Argument(metavar="FILE", help="FIT, CSV, TRC, C3D, MOT or STO file.")] = None,
    left: Annotated[
        list[Path] | None, Flag("--left", metavar="FILE", help="File(s) of the left shoe's sensor; repeatable.")
    ] = None,
    right: Annotated[
        list[Path] | None, Flag("--right", metavar="FILE", help="File(s) of the right shoe's sensor.")
    ] = None,
    look: Annotated[bool, Flag("--inspect", help="Say first what the file holds, as 'bikefit FILE' does.")] = False,
    as_json: AsJson = False,
    strokes: Annotated[Path | None, Flag("--strokes", metavar="OUT.csv", help="Write the table of strokes.")] = None,
    curves: Annotated[
        Path | None, Flag("--curves", metavar="OUT.csv", help="Write every stroke's curve, one row per point.")
    ] = None,
    details: Details = False,
    client: ClientFlag = "",
    clients: ClientsFlag = CLIENTS,
) -> int | None:
    """Analyse one recording: how many wedges under each shoe, and how sure."""
    left, right = left or [], right or []
    if (file is None) == (not left and not right):
        raise UsageError("analyze: give one FILE, or --left FILE and/or --right FILE for sensors recorded apart.")
    check_reports(output)
    for table in (strokes, curves):
        if table is not None:
            from bikefit.report.out.tables import check_table

            check_table(table)
    if file is not None:
        begin_digest(file)
    from bikefit.analysis import analyze_session
    from bikefit.sessions.reading import with_file, with_shoes

    session = Session().told(said)
    if look and not as_json and not common.quiet and not _look(file, left, right, session):
        return NOTHING_USABLE
    if client:
        row = client_named(clients, client)
        output = output_for(output, row)
    with waiting(f"Analysing {(file or [*left, *right][0]).name}", common.quiet):
        result = analyze_session(with_shoes(session, left, right) if file is None else with_file(session, file))
    if strokes is not None:
        write_table(result.strokes, strokes, common.quiet)
    if curves is not None:
        write_table(result.curves, curves, common.quiet)
    write_reports(result, output, common.quiet, session)
    if client:
        from bikefit.clients import append_result

        again = append_result(clients, row, result, session, output.report, title=output.title, fitter=output.fitter)
        announce(f"{'Brought up to date' if again else 'Added'} in {clients}: a session of {row.id}", common.quiet)
    if as_json:
        print_json(result.to_dict())
    elif not common.quiet:
        from bikefit.report.out.text import print_result, session_text

        print_result(session_text(Words(session.page_language), result, details=details))
    return None


def _look(file: Path | None, left: list[Path], right: list[Path], session: Session) -> bool:
    """Say what is about to be analysed; False where there is nothing, all being said."""
    from bikefit.inspection import inspect_recording
    from bikefit.report.out.inspection_text import inspection_text
    from bikefit.report.out.text import print_result
    from bikefit.sessions.reading import read_options, read_session, with_file, with_shoes

    if file is None:
        source: Any = read_session(with_shoes(session, left, right))
    else:
        source = with_file(session, file).files[0]
    found = inspect_recording(source, read_options(session), session.settings)
    # the analysis that follows reports the findings, and needs no advice
    words = Words(session.page_language)
    print_result(inspection_text(words, replace(found, findings=(), advice=()) if found.feet else found))
    if not found.feet:
        return False
    print()
    return True


@app.command(epilog="Example: bikefit plan ride.fit -o visit.pdf")
def plan(
    common: CommonFlags,
    said: Annotated[Said, session_flags("read", "decision", without=("side",))],
    ride: Annotated[Said, session_flags("section", "fitted")],
    look: Annotated[Said, session_flags("sheet", without=OF_A_CLIENT)],
    typed: Annotated[tuple[str, ...], AsTyped("said")],
    output: ReportFlags,
    file: Annotated[Path | None, Argument(metavar="[FILE]", help="A recording to plan from.")] = None,
    side: Annotated[
        Literal["left", "right", "both"] | None,
        Flag("--side", help="Shoes to change. [default: those that FILE shows away from neutral, or both]"),
    ] = None,
    laps: Annotated[bool, Flag("--laps", help="Four laps of one recording instead of four files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan the visit that shows what wedges do to a rider: bare, varus, valgus, bare."""
    check_reports(output)
    from bikefit.visit import plan_visit

    session = Session().told(said).told(ride).told(look)
    with waiting("Planning the visit", common.quiet):
        visit = plan_visit(file, values.sides(side), session, laps=laps, flags=typed)
    if visit.recordings:
        write_reports(visit, output, common.quiet, session)
    elif output.report:
        announce(f"Nothing to record, so {output.report[0]} was not written.", common.quiet)
    if as_json:
        print_json(visit.to_dict())
    elif not common.quiet:
        from bikefit.report.out.text import print_result
        from bikefit.report.out.visit_text import visit_text

        print_result(visit_text(Words(session.page_language), visit))


@app.command(epilog="Example: bikefit compare before.csv after.csv --right-wedges 0,1")
def compare(
    common: CommonFlags,
    said: Annotated[Said, session_flags("read", "decision", "sheet", without=("comfort",))],
    output: ReportFlags,
    files: Annotated[
        list[str] | None, Argument(metavar="FILE[@FROM-TO|@lapN]..", help="Recordings in order, or one manifest.")
    ] = None,
    left_wedges: Annotated[
        str | None,
        Flag("--left-wedges", metavar="N,N,..", help="Wedges on the left shoe in each recording, varus +."),
    ] = None,
    right_wedges: Annotated[
        str | None, Flag("--right-wedges", metavar="N,N,..", help="The same on the right shoe.")
    ] = None,
    remounted: Annotated[
        bool, Flag("--remounted", help="Sensors or markers were taken off and on again in between.")
    ] = False,
    left_rotation: Annotated[
        str | None,
        Flag("--left-rotation", metavar="DEG,..", help="Degrees the left cleat was turned, heel-out +."),
    ] = None,
    right_rotation: Annotated[
        str | None, Flag("--right-rotation", metavar="DEG,..", help="The same for the right cleat.")
    ] = None,
    comfort: Annotated[
        str | None, Flag("--comfort", metavar="0-10,..", help="How each recording felt, for the client's sheet.")
    ] = None,
    as_json: AsJson = False,
    details: Details = False,
    client: ClientFlag = "",
    clients: ClientsFlag = CLIENTS,
) -> None:
    """Compare recordings before and after: what a wedge does to this rider, and the next count."""
    check_reports(output)
    session = Session().told(said)
    comforts = comforts_typed(comfort)
    if client:
        counted = (left_wedges, right_wedges, left_rotation, right_rotation)
        if files or any(each is not None for each in counted):
            given = (
                "--client takes the recordings and their counts from the file of clients; give no FILE, count or turn"
            )
            raise UsageError(
                f"{given}. A count that is wrong there is put right by 'bikefit analyze FILE --client ID'."
            )
        result, output, told = compare_client(clients, client, session, output, remounted=remounted)
    else:
        from bikefit.comparison import compare as compare_recordings
        from bikefit.sessions.manifest import ManifestSession

        sources = recordings_named(files or [], counted=left_wedges is not None or right_wedges is not None)
        with waiting(f"Comparing {how_many(len(sources), 'recording')}", common.quiet):
            result = compare_recordings(
                sources,
                **values.lists(left_wedges, right_wedges, left_rotation, right_rotation),
                remounted=remounted,
                options=session,
            )
        told = [told_of(one.session(session)) for one in sources if isinstance(one, ManifestSession)]
    session = replace(session, **told_before(session, told))
    write_reports(result, output, common.quiet, session, comforts or [one["comfort"] for one in told])
    if client:
        note_copies(clients, client, output.report)
    if as_json:
        print_json(result.to_dict())
    elif not common.quiet:
        from bikefit.report.out.comparison_text import comparison_text
        from bikefit.report.out.text import print_result

        print_result(comparison_text(Words(session.page_language), result, details=details))


@app.command(epilog="Example: bikefit inspect ride.fit --plot look.png")
def inspect(
    common: CommonFlags,
    said: Annotated[Said, session_flags("read", "section", "decision")],
    file: Annotated[Path, Argument(metavar="FILE", help="Any recording.")],
    as_json: AsJson = False,
    plot: Annotated[Path | None, Flag("--plot", metavar="OUT.png", help="Draw the traces with their strokes.")] = None,
    details: Details = False,
    language: Spoken = "en",
) -> None:
    """Say what a file holds, what can be analysed, what is missing, and the option that would help."""
    from bikefit.inspection import inspect_recording
    from bikefit.sessions.reading import read_options, with_file

    words = Words(language)
    if plot is not None and plot.suffix.lower() != ".png":
        raise UsageError(f"--plot {plot}: the picture is written as .png.")
    if plot is not None:
        check_replaceable(plot)
    session = with_file(Session().told(said), file)
    with waiting(f"Reading {file.name}", common.quiet):
        found = inspect_recording(session.files[0], read_options(session), session.settings)
    if as_json:
        print_json(found.to_dict())
    elif not common.quiet:
        from bikefit.report.out.inspection_text import inspection_text
        from bikefit.report.out.text import print_result

        print_result(inspection_text(words, found, details=details))
    if plot is not None:
        from bikefit.analysis import trace_feet
        from bikefit.report.draw.trace_plot import plot_traces

        plot_traces(words, found.recording, trace_feet(found.recording, session), plot)
        announce(f"Wrote {plot}", common.quiet)


@app.command(epilog="Example: bikefit wedges")
def wedges(
    common: CommonFlags,
    as_json: AsJson = False,
    language: Spoken = "en",
) -> None:
    """List the wedge systems that are known."""
    words = Words(language)
    from bikefit.wedge_systems import known_systems

    if as_json:
        from bikefit.model import to_json_value

        print_json(to_json_value(known_systems()))
    elif not common.quiet:
        from bikefit.report.out.text import print_result, systems_text

        print_result(systems_text(words, known_systems()))


@app.command(epilog="Example: bikefit simulate ride.csv --right-mean 3 --seed 7")
def simulate(
    common: CommonFlags,
    rider: RiderNumbers,
    out: Annotated[Path, Argument(metavar="OUT.csv|.fit|.trc", help="Where to write the synthetic ride.")],
) -> None:
    """Make a synthetic ride with a known truth, written as OUT.truth.json beside it."""
    suffix, suffixes = out.suffix.lower(), rider.recorder.suffixes
    if suffix not in suffixes:
        raise UsageError(f"{out}: a synthetic ride seen by {rider.seen_by} is written as {' or '.join(suffixes)}.")
    beside = out.with_suffix(".truth.json")
    if out.exists() and not beside.exists():
        raise OutputError(
            f"{out}: there is a file of this name that is not a simulated ride, so it stays. Name another."
        )
    from bikefit.simulate import simulate_plain

    recording, truth = simulate_plain(rider)
    if suffix == ".csv":
        from bikefit.io.text.writer import write_csv

        write_csv(recording, out)
    elif suffix == ".fit":
        from bikefit.io.fit.writer import write_fit

        write_fit(recording, out)
    else:
        from bikefit.io.markers.trc_writer import write_trc

        write_trc(recording, out)
    write_whole(beside, json.dumps(truth.to_dict(), indent=2, allow_nan=False) + "\n")
    announce(f"Wrote {out} and {beside}", common.quiet)
