"""One session, from a recording to a wedge count for each shoe."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from bikefit import __version__
from bikefit.analysis.foot import TracedFoot, analyze_foot, trace_strokes
from bikefit.analysis.neutral import Still
from bikefit.analysis.options import cleat_findings, metric_chosen
from bikefit.analysis.traces import check_static, cut_section, refuse_idle_sensor, stills_of, with_traces
from bikefit.conventions import SIDES, Side
from bikefit.io import read_recording
from bikefit.model import FootResult, Recording, RecordingInfo, SessionResult
from bikefit.sessions.check import check
from bikefit.sessions.reading import read_options, read_session, with_file
from bikefit.sessions.session import Session
from bikefit.strokes import AVERAGED
from bikefit.threads import side_by_side, worth
from bikefit.wedge_systems import load_system


def analyze(source: str | Path | Recording, options: Session | None = None) -> SessionResult:
    """Analyse one session.

    Parameters
    ----------
    source : path-like or Recording
        A file, with or without a section as in ``ride.csv@60-180``, or a recording that was read or simulated.
    options : Session, optional
        What the recording does not say; the defaults when left out.

    Returns
    -------
    SessionResult
        Per foot the strokes, the rotation with its uncertainty, the excess and the recommendation.

    Raises
    ------
    RecordingError
        If the file cannot be read or holds nothing that can be used.
    UsageError
        If an option makes no sense.

    Examples
    --------
    >>> from bikefit.simulate import simulate_plain
    >>> recording, truth = simulate_plain(duration_s=60, seed=1, right_mean_deg=2.5)
    >>> analyze(recording).feet["right"].recommendation.outcome
    'fit_wedges'
    """
    options = options or Session()
    if isinstance(source, Recording):
        return analyze_recording(source, options)
    return analyze_session(with_file(options, source))


def analyze_session(session: Session) -> SessionResult:
    """Read and analyse a session's files."""
    return analyze_file(read_session(session), session)


def analyze_file(recording: Recording, session: Session) -> SessionResult:
    """Analyse what was read from a session's files, unless that is the sensor of a shoe that does not turn."""
    refuse_idle_sensor(recording, session)
    return analyze_recording(recording, session)


def analyze_recording(recording: Recording, options: Session) -> SessionResult:
    """Analyse a recording; see `analyze`."""
    system = load_system(options.system, options.sole_width_mm)
    check(options, system)
    part, stills = prepare(recording, options)

    def analyzed(side: Side) -> FootResult:
        """Return one foot's result."""
        foot = analyze_foot(part.feet[side], part, options, system, stills.get(side, Still()))
        return replace(foot, zero=recording.zero_of(side))

    sides = [side for side in SIDES if side in part.feet]
    longest = max((part.feet[side].time_s.size for side in sides), default=0)
    shared = [part.companions[name] for name in AVERAGED if name in part.companions]
    # here at once: one foot would wait for the other's
    side_by_side(lambda channel: channel.integral, shared, worth(longest))
    feet = dict(zip(sides, side_by_side(analyzed, sides, worth(longest)), strict=True))
    rates = [trace.rate_hz for trace in part.feet.values() if math.isfinite(trace.rate_hz)]
    values = {side: foot.rotation.value_deg for side, foot in feet.items()}
    return SessionResult(
        recording=RecordingInfo(
            name=part.name,
            sha256=part.sha256,
            format=part.format,
            start=part.start,
            from_s=part.from_s,
            to_s=part.to_s,
            duration_s=part.duration_s,
            sampling_rate_hz=float(np.median(rates)) if rates else math.nan,
        ),
        settings=options.settings.to_dict(),
        system=system,
        asymmetry_deg=values["left"] - values["right"] if len(values) == 2 else math.nan,
        findings=(*part.findings, *cleat_findings(options, system), *metric_chosen(options.metric)),
        feet=feet,
        version=__version__,
        companions=part.companions,
        is_section=options.is_section,
        lap=options.lap,
    )


def prepare(recording: Recording, options: Session) -> tuple[Recording, dict[Side, Still]]:
    """Return the section with its traces, and what each foot did in the still trial or pose."""
    static = read_recording(options.static, read_options(options)) if options.static is not None else None
    if static is not None:
        check_static(recording, static)
    whole = with_traces(recording, options, static)
    return cut_section(whole, options), stills_of(whole, options, static)


def trace_feet(recording: Recording, options: Session) -> dict[Side, TracedFoot]:
    """Find the strokes of each foot, for looking at them.

    Parameters
    ----------
    recording : Recording
        Whole.
    options : Session
        The section, the settings.

    Returns
    -------
    dict
        Side -> trace with its strokes.
    """
    check(options)
    part, _ = prepare(recording, options)
    return {side: trace_strokes(part.feet[side], part, options) for side in SIDES if side in part.feet}
