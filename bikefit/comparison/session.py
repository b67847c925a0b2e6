"""Several recordings of one rider, from files or from sessions already analysed, to one comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bikefit import __version__
from bikefit.analysis import analyze_recording
from bikefit.comparison.belief import believe
from bikefit.comparison.counts import settle_counts
from bikefit.comparison.curves import used_curves
from bikefit.comparison.foot import gather_foot, judge_foot, nothing_usable
from bikefit.comparison.guards import check_sessions, check_zeros, labels, places
from bikefit.comparison.result import ComparisonResult
from bikefit.comparison.series import Taken, mounting_of, recording_order
from bikefit.comparison.sources import as_sources, read_sources
from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import UsageError
from bikefit.model import Array, Readings, Recording, SessionResult, finding, readings_of
from bikefit.response import Assumptions
from bikefit.sessions.manifest import ManifestSession
from bikefit.sessions.session import Session
from bikefit.settings import Settings


def compare(
    sources: Sequence[str | Path | Recording | Session | ManifestSession],
    left_wedges: Sequence[int] | None = None,
    right_wedges: Sequence[int] | None = None,
    *,
    remounted: bool = False,
    left_rotation: Sequence[float] | None = None,
    right_rotation: Sequence[float] | None = None,
    options: Session | None = None,
) -> ComparisonResult:
    """Compare recordings of one rider that differ in the wedges on the shoes.

    Parameters
    ----------
    sources : sequence of str, path, Recording, Session or ManifestSession
        ``FILE`` or ``FILE@FROM-TO``; or sessions, of a manifest or made by hand, which bring their own counts.
    left_wedges, right_wedges : sequence of int, optional
        Signed counts on each shoe, varus positive, one per recording; a side left out had none throughout.
    remounted : bool
        Sensors or markers were taken off and on again in between.
    left_rotation, right_rotation : sequence of float, optional
        Turn of each cleat against the first recording [deg], positive = the way that turns the heel out.
    options : Session, optional
        How each recording is analysed, where a manifest's row does not say otherwise; a `Session` among the sources
        says all itself. The wedges here are not used.

    Returns
    -------
    ComparisonResult
        Per foot the response, the change, the next count and the next recording.

    Raises
    ------
    UsageError
        If counts do not match the files, or the recordings must not be compared.
    RecordingError
        If a file cannot be read.

    Examples
    --------
    Two wedges bring this simulated rider's right heel in by more than two degrees:

    >>> from bikefit.simulate import simulate_plain
    >>> before, _ = simulate_plain(duration_s=90, seed=1, right_mean_deg=5.0)
    >>> after, _ = simulate_plain(duration_s=90, seed=2, right_mean_deg=2.6)
    >>> right = compare([before, after], right_wedges=[0, 2]).feet["right"]
    >>> right.change.detected, right.response.probability_heel_in > 0.9
    (True, True)
    """
    options = options or Session()
    wedges, rotation = PerFoot(left_wedges, right_wedges), PerFoot(left_rotation, right_rotation)
    rows = as_sources(sources, wedges, rotation, options)
    sessions = [
        analyze_recording(recording, row.session) for recording, row in zip(read_sources(rows), rows, strict=True)
    ]
    return compare_sessions(
        sessions,
        remounted=remounted,
        turns_deg={side: [row.turn_deg.of(side) for row in rows] for side in SIDES},
        cleat_float_deg=options.cleat_float_deg,
        settings=options.settings,
    )


def compare_sessions(
    sessions: Sequence[SessionResult],
    *,
    remounted: bool = False,
    turns_deg: Mapping[Side, Sequence[float]] | None = None,
    cleat_float_deg: float | None = None,
    settings: Settings | None = None,
) -> ComparisonResult:
    """Compare sessions of one rider that were analysed already; the wedges are those that each was analysed with.

    A count that a session does not give is taken as none; a shoe without any count gets a finding.

    Parameters
    ----------
    sessions : sequence of SessionResult
        Two or more.
    remounted : bool
        As for `compare`.
    turns_deg : mapping of side to sequence of float, optional
        Turn of each cleat against the first recording [deg], heel-out positive.
    cleat_float_deg : float, optional
        The cleats' total float [deg]; 0 = none.
    settings : Settings, optional
        Priors and thresholds.

    Returns
    -------
    ComparisonResult
        As of `compare`.

    Raises
    ------
    UsageError
        If there are fewer than two sessions, or they must not be compared.
    """
    return compare_readings(
        [readings_of(session) for session in sessions],
        [{side: used_curves(foot) for side, foot in session.feet.items()} for session in sessions],
        all_named=True,
        remounted=remounted,
        turns_deg=turns_deg,
        cleat_float_deg=cleat_float_deg,
        settings=settings or Settings(),
    )


def compare_readings(
    sessions: Sequence[Readings],
    curves: Sequence[Mapping[Side, Array]] = (),
    *,
    all_named: bool = False,
    remounted: bool = False,
    turns_deg: Mapping[Side, Sequence[float]] | None = None,
    cleat_float_deg: float | None = None,
    settings: Settings,
) -> ComparisonResult:
    """Compare what was read of one rider's feet, as `compare_sessions` does; without curves none are compared.

    With ``all_named`` the counts are all that there were; else one that is not known leaves its recording out.
    """
    if len(sessions) < 2:
        raise UsageError("compare needs two recordings or more: one before and one after a change of wedges.")
    sessions, assumed = settle_counts(sessions, all_named=all_named)
    names = labels(sessions)
    check_zeros(sessions, names)
    findings = check_sessions(sessions, names, settings, curves, remounted=remounted)
    mounting = mounting_of(sessions, remounted=remounted)
    assumptions = Assumptions.of(settings, mounting)
    turns = PerFoot.each(lambda side: (turns_deg or {}).get(side) or [0.0] * len(sessions))
    order, where = recording_order(sessions), places(sessions)
    taken = [
        Taken(
            one,
            order.index(i),
            names[i],
            where[i],
            PerFoot(turns.left[i], turns.right[i]),
            curves[i] if curves else {},
        )
        for i, one in enumerate(sessions)
    ]
    gathered = [
        gather_foot(side, taken, settings, cleat_float_deg)
        for side in SIDES
        if any(side in session.feet for session in sessions)
    ]
    believed = believe({one.side: one.series for one in gathered if one.series is not None}, assumptions)
    system = sessions[0].system
    feet = {
        one.side: judge_foot(one, believed[one.side], settings, cleat_float_deg)
        if one.side in believed
        else nothing_usable(one, system, assumptions, settings)
        for one in gathered
    }
    return ComparisonResult(
        sessions=tuple(sessions),
        system=system,
        mounting=mounting,
        feet={
            side: foot.with_findings(finding("compare_side_assumed", side=side)) if side in assumed else foot
            for side, foot in feet.items()
        },
        findings=findings,
        settings=settings.to_dict(),
        version=__version__,
    )
