"""What is kept of a session: one dataclass a table.

The fields are the columns; their SQL types, the meanings in ``docs/data.md``, ``sessions.csv`` and the schema's
version follow from them. A column is added by a field here, and by what fills it in the function below its class.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from bikefit import __version__
from bikefit.conventions import METRICS, STROKE_COLUMNS, Column, Metric, Reference, Side, ZeroMeaning
from bikefit.model import (
    Excess,
    Finding,
    FootResult,
    Neutral,
    NeutralKind,
    Outcome,
    Placement,
    Reading,
    Readings,
    Reason,
    RecordingInfo,
    SessionResult,
    WedgeSystem,
    reading_of,
    to_json_value,
)
from bikefit.sessions.session import Session, told_of
from bikefit.sessions.values import iso_day

Status = Literal["ok", "undetermined", "failed"]


@dataclass(frozen=True)
class SessionRow:
    """One session of a batch, analysed or failed."""

    id: Annotated[str, Column("names the session in every table and its page", csv=18)]
    position: Annotated[int, Column("its place in the manifest, or by name", of_client=False)]
    session: Annotated[str, Column("its name: the manifest's, else the file's", csv=1)]
    file: Annotated[str, Column("name of the file or files, without folders", csv=2)]
    rider: Annotated[str, Column("as the manifest has it", csv=3)] = ""
    date: Annotated[str, Column("as the manifest has it", csv=4)] = ""
    condition: Annotated[str, Column("as the manifest has it", csv=5)] = ""
    notes: Annotated[str, Column("as the manifest has it")] = ""
    status: Annotated[Status, Column("`ok`, `undetermined` (no count for any foot) or `failed`", csv=7)] = "failed"
    error: Annotated[str, Column("why it failed", csv=8)] = ""
    retry: Annotated[bool, Column("whether it failed for a reason that may pass", of_client=False)] = False
    fingerprint: Annotated[str, Column("of everything that it was made from", of_client=False)] = ""
    sha256: Annotated[str, Column("of the files' bytes")] = ""
    format: Annotated[str | None, Column("of the file")] = None
    start: Annotated[str | None, Column("when the recording began, by its own clock")] = None
    duration_s: Annotated[float | None, Column("length of what was used")] = None
    sampling_rate_hz: Annotated[float | None, Column("median rate of the rotation")] = None
    wedge_system: Annotated[str | None, Column("the wedge system as JSON")] = None
    report: Annotated[str, Column("address of its page; empty where it has none", csv=17, of_client=False)] = ""
    version: Annotated[str, Column("of the program")] = ""
    document: Annotated[str | None, Column("the whole result as [JSON](json.md)", listed=False)] = field(
        default=None, repr=False
    )
    from_s: Annotated[float | None, Column("where in the file it begins")] = None
    to_s: Annotated[float | None, Column("where in the file it ends")] = None
    is_section: Annotated[bool, Column("whether it is part of a longer recording")] = False
    day: Annotated[str, Column("the day as YYYY-MM-DD: the manifest's, else the recording's own", csv=19)] = ""
    named: Annotated[bool, Column("whether the last run named it; others stay until `--prune`", of_client=False)] = True
    kept: Annotated[
        str, Column("day of the last look at its files, where they could not be read since", of_client=False)
    ] = ""
    pdf: Annotated[str, Column("address of its PDF; empty where it has none")] = ""
    client: Annotated[str, Column("whose visit it is: the id in `clients`, or as the manifest has it")] = ""
    comfort: Annotated[float | None, Column("how it felt, from 0 to 10")] = None
    shoe: Annotated[str, Column("the shoe's model, as entered")] = ""
    pedal: Annotated[str, Column("the pedal's model, as entered")] = ""
    cleat: Annotated[str, Column("the type of cleat, as entered")] = ""
    cleat_float_deg: Annotated[float | None, Column("the cleat's total float, as entered")] = None
    next_visit: Annotated[str, Column("day of the next visit as YYYY-MM-DD, as entered")] = ""


@dataclass(frozen=True)
class FootRow:
    """One foot of an analysed session; angles are heel-out positive, counts varus positive."""

    foot: Annotated[Side, Column("the foot", csv=6)]
    outcome: Annotated[Outcome, Column("`fit_wedges`, `keep`, `no_wedge`, `beyond_stack` or `undetermined`", csv=9)]
    wedges: Annotated[int | None, Column("the count to come to, 0 or more", csv=10)]
    placement: Annotated[Placement | None, Column("where their thick side goes; empty at 0", csv=11)]
    change: Annotated[int | None, Column("signed count to come to less what was fitted", csv=12)]
    fitted: Annotated[int | None, Column("signed count on the shoe; empty where it is not known", csv=20)]
    system: Annotated[str, Column("the wedge system's id")]
    excess_deg: Annotated[float | None, Column("rotation less neutral", csv=13)]
    excess_lo_deg: Annotated[float | None, Column("lower end of its 95 % interval", csv=14)]
    excess_hi_deg: Annotated[float | None, Column("upper end of its 95 % interval", csv=15)]
    expected_deg: Annotated[float | None, Column("excess that is expected with the count")]
    rotation_deg: Annotated[float | None, Column("the foot's rotation by the metric")]
    standard_error_deg: Annotated[float | None, Column("of the rotation, by the strokes")]
    metric: Annotated[Metric, Column(f"one of {', '.join(f'`{code}`' for code in METRICS)}")]
    zero: Annotated[ZeroMeaning | None, Column("what 0 deg means: `rider`, `bike`, `shoe_sensor` or `none`")]
    neutral_kind: Annotated[NeutralKind, Column("`zero`, `static`, `recovery`, `number` or `none`")]
    neutral_deg: Annotated[float | None, Column("the angle to come back to")]
    lower_bound: Annotated[bool, Column("whether a float stop hides part of the excess")]
    zero_sd_deg: Annotated[float | None, Column("standard deviation of the zero")]
    strokes_found: Annotated[int, Column("strokes found")]
    strokes_used: Annotated[int, Column("strokes used", csv=16)]
    cadence_rpm: Annotated[float | None, Column("median cadence of the used strokes")]
    power_w: Annotated[float | None, Column("mean power of the used strokes")]
    reference: Annotated[Reference | None, Column("what the strokes were cut by")]
    quality: Annotated[float | None, Column("0-1: how surely this is pedalling")]
    reason: Annotated[str, Column("the first reason for the outcome, in words")]
    curve: Annotated[str, Column("mean over the used strokes at 100 points of phase, as JSON")]
    strokes_sd_deg: Annotated[float | None, Column("standard error, wider where strokes are few (Student's t)")]
    recovery_phase_deg: Annotated[float | None, Column("mean angle in the recovery phase")]
    float_stop_deg: Annotated[float | None, Column("the float stop that the foot rests against; empty: none")]
    reasons: Annotated[str, Column("all reasons for the outcome as JSON: codes and values")]


@dataclass(frozen=True)
class FindingRow:
    """One thing that must be known of a session or of one of its feet."""

    number: Annotated[int, Column("its place among the session's findings, from 1")]
    foot: Annotated[str, Column("the foot; empty where it is about the recording")]
    level: Annotated[str, Column("`info`, `warning` or `error`")]
    code: Annotated[str, Column("as in the [list](json.md#findings-and-reasons)")]
    message: Annotated[str, Column("its sentence")]
    details: Annotated[str, Column("its values as JSON")]


@dataclass(frozen=True)
class SessionRows:
    """Everything that is kept of one session; strokes are many, so they are plain tuples in `STROKE_COLUMNS`."""

    session: SessionRow
    feet: tuple[FootRow, ...] = ()
    strokes: Sequence[tuple[Any, ...]] = field(default=(), repr=False)
    findings: tuple[FindingRow, ...] = ()

    @property
    def id(self) -> str:
        """The session's id, which also names its page."""
        return self.session.id

    @property
    def status(self) -> Status:
        """Whether it was analysed, has no count for any foot, or failed."""
        return self.session.status


@dataclass(frozen=True)
class ClientRow:
    """A client of a studio."""

    id: Annotated[str, Column("names the client in `sessions.client` and on the command line")]
    name: Annotated[str, Column("the client's name")]
    since: Annotated[str, Column("day on which the client was added")] = ""


@dataclass(frozen=True)
class PageRow:
    """The page of a client's session, as it was made, or where a copy of it was written."""

    number: Annotated[int, Column("its place among the session's pages, from 1")]
    name: Annotated[str, Column("name of the file, or the whole path of a copy")]
    sha256: Annotated[str, Column("of its bytes")]
    content: Annotated[bytes | None, Column("its bytes, deflated (zlib); empty for a copy", csv=0)] = field(
        default=None, repr=False
    )


def row_about(said: Session, /, **names: Any) -> SessionRow:
    """Return what is known of a session without its result; ``names``: its id, position, name and file."""
    return SessionRow(
        **names,
        rider=said.rider,
        date=said.date,
        day=iso_day(said.date),
        condition=said.condition,
        version=__version__,
        client=said.client,
        **told_of(said),
    )


def rows_of(about: SessionRow, result: SessionResult) -> SessionRows:
    """Return the rows of a session that was analysed."""
    feet = list(result.feet.values())
    told = [("", item) for item in result.findings]
    told += [(foot.side, item) for foot in feet for item in foot.findings]
    found = [_finding_row(number, foot, item) for number, (foot, item) in enumerate(told, start=1)]
    strokes = [row for foot in feet for row in _stroke_rows(foot)]
    return SessionRows(_session_row(about, result), tuple(_foot_row(foot) for foot in feet), strokes, tuple(found))


def _session_row(about: SessionRow, result: SessionResult) -> SessionRow:
    """Fill in what the result says of the session."""
    told = any(foot.recommendation.outcome != "undetermined" for foot in result.feet.values())
    info = result.recording
    return replace(
        about,
        status="ok" if told else "undetermined",
        sha256=info.sha256,
        format=info.format,
        start=info.start.isoformat() if info.start else None,
        day=about.day or (info.start.date().isoformat() if info.start else ""),
        duration_s=info.duration_s,
        sampling_rate_hz=_number(info.sampling_rate_hz),
        wedge_system=json.dumps(to_json_value(result.system)),
        document=json.dumps(result.to_dict(), allow_nan=False),
        from_s=info.from_s,
        to_s=info.to_s,
        is_section=result.is_section,
    )


def _foot_row(foot: FootResult) -> FootRow:
    """Return the row of one foot."""
    advised, read = foot.recommendation, reading_of(foot)
    used = foot.columns.used
    curve = foot.curves.heel_out_deg[used].mean(axis=0) if used.any() else []
    low, high = read.excess.interval_deg
    return FootRow(
        foot=foot.side,
        outcome=advised.outcome,
        wedges=advised.wedges,
        placement=advised.placement,
        change=advised.change,
        fitted=read.fitted_wedges,
        system=advised.system,
        excess_deg=_number(read.excess.deg),
        excess_lo_deg=_number(low),
        excess_hi_deg=_number(high),
        expected_deg=_number(advised.expected_deg),
        rotation_deg=_number(read.rotation_deg),
        standard_error_deg=_number(read.standard_error_deg),
        metric=read.metric,
        zero=read.zero,
        neutral_kind=read.neutral.kind,
        neutral_deg=_number(read.neutral.deg),
        lower_bound=read.excess.lower_bound,
        zero_sd_deg=_number(read.excess.zero_sd_deg),
        strokes_found=foot.strokes.found,
        strokes_used=read.strokes_used,
        cadence_rpm=_number(read.cadence_rpm),
        power_w=_number(read.power_w),
        reference=read.reference,
        quality=_number(foot.strokes.quality),
        reason=str(advised.reasons[0]) if advised.reasons else "",
        curve=json.dumps([round(float(value), 3) for value in curve]),
        strokes_sd_deg=_number(read.excess.sd_deg),
        recovery_phase_deg=_number(read.recovery_phase_deg),
        float_stop_deg=_number(read.float_stop_deg),
        reasons=json.dumps([{"code": item.code, "values": to_json_value(item.values)} for item in read.reasons]),
    )


def _stroke_rows(foot: FootResult) -> list[tuple[Any, ...]]:
    """Return the stroke table as plain values; NaN becomes NULL in the database by itself."""
    columns = []
    for name in STROKE_COLUMNS:
        values = foot.columns[name]
        if values.dtype.kind in "ifb":
            columns.append(values.tolist())
        else:
            columns.append([None if value is None or value != value else str(value) for value in values.tolist()])
    return list(zip(*columns, strict=True))


def _finding_row(number: int, foot: str, found: Finding) -> FindingRow:
    """Return the row of a finding."""
    details = json.dumps(to_json_value(found.values), default=str)
    return FindingRow(number, foot, found.level, found.code, str(found), details)


def _number(value: float) -> float | None:
    """Return a number, or None where it is not known."""
    return float(value) if math.isfinite(value) else None


# ---- and back --------------------------------------------------------------------------------------------------


def stored_readings(stored: Mapping[str, Any]) -> Readings:
    """Return what a comparison needs of a stored session."""
    session = SessionRow(**{item.name: stored[item.name] for item in fields(SessionRow) if item.name in stored})
    system: dict[str, Any] = json.loads(session.wedge_system or "{}")
    system |= {name: tuple(system[name]) for name in ("cleats", "cautions")}
    system |= {name: _known(system[name]) for name in ("thickness_mm", "width_mm")}
    return Readings(
        recording=RecordingInfo(
            name=session.file,
            sha256=session.sha256,
            format=session.format or "",
            start=datetime.fromisoformat(session.start) if session.start else None,
            from_s=_known(session.from_s),
            to_s=_known(session.to_s),
            duration_s=_known(session.duration_s),
            sampling_rate_hz=_known(session.sampling_rate_hz),
        ),
        system=WedgeSystem(**system),
        feet={foot["foot"]: _reading(FootRow(**foot)) for foot in stored["feet"]},
        is_section=bool(session.is_section),
    )


def _reading(row: FootRow) -> Reading:
    """Return one foot as it was read."""
    return Reading(
        side=row.foot,
        rotation_deg=_known(row.rotation_deg),
        standard_error_deg=_known(row.standard_error_deg),
        metric=row.metric,
        neutral=Neutral(row.neutral_kind, _known(row.neutral_deg)),
        excess=Excess(
            _known(row.excess_deg), _known(row.strokes_sd_deg), _known(row.zero_sd_deg), bool(row.lower_bound)
        ),
        zero=row.zero,
        fitted_wedges=row.fitted,
        strokes_used=row.strokes_used,
        cadence_rpm=_known(row.cadence_rpm),
        power_w=_known(row.power_w),
        reference=row.reference,
        float_stop_deg=_known(row.float_stop_deg),
        recovery_phase_deg=_known(row.recovery_phase_deg),
        reasons=tuple(Reason(**item) for item in json.loads(row.reasons)),
    )


def _known(value: float | None) -> float:
    """Return a number, NaN where it is not known."""
    return math.nan if value is None else value
