"""What is kept of a session, and the tables that keep it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bikefit.conventions import STROKE_COLUMNS

SCHEMA_VERSION = 2
Status = Literal["ok", "undetermined", "failed"]

FOOT_COLUMNS = (
    "foot", "outcome", "wedges", "placement", "change", "fitted", "system",
    "excess_deg", "excess_lo_deg", "excess_hi_deg", "expected_deg",
    "rotation_deg", "standard_error_deg", "metric", "zero", "neutral_kind", "neutral_deg", "lower_bound", "zero_sd_deg",
    "strokes_found", "strokes_used", "cadence_rpm", "power_w", "reference", "quality", "reason", "curve",
)  # fmt: skip
SESSION_COLUMNS = (
    "id", "session", "file", "rider", "date", "condition", "notes", "status", "error", "retry", "fingerprint", "sha256",
    "format", "start", "duration_s", "sampling_rate_hz", "wedge_system", "report", "version", "document",
)  # fmt: skip
FINDING_COLUMNS = ("foot", "level", "code", "message", "details")
_TYPES = {
    "wedges": "INTEGER", "change": "INTEGER", "fitted": "INTEGER", "lower_bound": "INTEGER", "retry": "INTEGER",
    "strokes_found": "INTEGER", "strokes_used": "INTEGER", "stroke": "INTEGER", "spikes_repaired": "INTEGER",
    "used": "INTEGER",
}  # fmt: skip
_TEXTS = {
    "foot", "outcome", "placement", "system", "metric", "zero", "neutral_kind", "reference", "reason", "curve",
    "posture", "reject_reason", "level", "code", "message", "details",
}  # fmt: skip


@dataclass(frozen=True)
class SessionRows:
    """Everything that the store keeps of one session, as plain values in the order of the columns.

    Attributes
    ----------
    session : dict
        `SESSION_COLUMNS` -> value.
    feet : list of dict
        `FOOT_COLUMNS` -> value, one a foot.
    strokes : list of tuple
        Rows in the order of `bikefit.conventions.STROKE_COLUMNS`.
    findings : list of tuple
        Rows in the order of `FINDING_COLUMNS`; the foot is empty for the recording's own.
    """

    session: Mapping[str, Any]
    feet: Sequence[Mapping[str, Any]] = ()
    strokes: Sequence[tuple[Any, ...]] = field(default=(), repr=False)
    findings: Sequence[tuple[Any, ...]] = ()

    @property
    def id(self) -> str:
        """The session's id, which also names its page."""
        return str(self.session["id"])

    @property
    def status(self) -> Status:
        """Whether it was analysed, has no count for any foot, or failed."""
        status: Status = self.session["status"]
        return status


def _columns(names: Iterable[str]) -> str:
    def kind(name: str) -> str:
        return _TYPES.get(name, "TEXT" if name in _TEXTS else "REAL")

    return ", ".join(f'"{name}" {kind(name)}' for name in names)


def schema() -> str:
    """Return the SQL that makes the tables.

    Returns
    -------
    str
        Statements.
    """
    session_kinds = {
        "duration_s": "REAL",
        "sampling_rate_hz": "REAL",
        "retry": "INTEGER",
    }
    session = ", ".join(f'"{name}" {session_kinds.get(name, "TEXT")}' for name in SESSION_COLUMNS[1:])
    owner = "session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE"
    return f"""
        CREATE TABLE sessions (id TEXT PRIMARY KEY, position INTEGER, {session});
        CREATE TABLE feet ({owner}, {_columns(FOOT_COLUMNS)}, PRIMARY KEY (session_id, foot));
        CREATE TABLE strokes ({owner}, {_columns(STROKE_COLUMNS)});
        CREATE TABLE findings ({owner}, {_columns(FINDING_COLUMNS)});
        CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
        CREATE INDEX strokes_by_session ON strokes (session_id);
        CREATE INDEX sessions_by_rider ON sessions (rider);
        CREATE INDEX findings_by_session ON findings (session_id);
        PRAGMA user_version = {SCHEMA_VERSION};
    """
