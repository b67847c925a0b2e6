"""What accompanies the rotation in a FIT file: cadence, power, pedal measures, laps, date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np

from bikefit.conventions import SIDES
from bikefit.io.fit.decoder import Column, FitData
from bikefit.io.fit.times import RecordTimes, from_zero, moment, numbers, on_utc
from bikefit.model import Array, Channel, Lap

_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "cadence_rpm": ("cadence256", "cadence"),
    "power_w": ("power",),
    "speed_m_s": ("enhanced_speed", "speed"),
    "heart_rate_bpm": ("heart_rate",),
    "left_torque_effectiveness_percent": ("left_torque_effectiveness",),
    "right_torque_effectiveness_percent": ("right_torque_effectiveness",),
    "left_pedal_smoothness_percent": ("left_pedal_smoothness",),
    "right_pedal_smoothness_percent": ("right_pedal_smoothness",),
    "left_platform_offset_mm": ("left_pco",),
    "right_platform_offset_mm": ("right_pco",),
}
_ANGLE_PAIRS: Final = {
    f"{side}_power_phase{peak}_{end}_deg": (f"{side}_power_phase{peak}", place)
    for side in SIDES
    for peak in ("", "_peak")
    for place, end in enumerate(("start", "end"))
}
_BALANCE: Final = "right_balance_percent"
_RIGHT: Final = 0x80

COMPANION_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **_PLAIN,
    **{name: (field,) for name, (field, _) in _ANGLE_PAIRS.items()},
    _BALANCE: ("left_right_balance",),
}
"""Companion channel -> fields of ``record`` that it is read from; of several the first that holds anything."""
ASKED_COMPANIONS: Final[Mapping[str, str]] = {
    "cadence": "cadence_rpm", "power": "power_w", "speed": "speed_m_s", "heart_rate": "heart_rate_bpm",
}  # fmt: skip
"""Channel as ``--column`` names it -> companion."""


def companions_of(
    record: Mapping[str, Column], times: RecordTimes, zero_s: float, asked: Mapping[str, tuple[Column, float]]
) -> dict[str, Channel]:
    """Read what accompanies the rotation.

    Parameters
    ----------
    record : mapping of str to Column
        The ``record`` messages.
    times : RecordTimes
        When they begin.
    zero_s : float
        FIT time that is the recording's zero [s].
    asked : mapping of str to (Column, float)
        Companions whose field the user named, with the factor to the companion's unit.

    Returns
    -------
    dict of str to Channel
        Only those that hold anything.
    """
    found = {name: _first(record, fields) for name, fields in _PLAIN.items()}
    for name, (field, place) in _ANGLE_PAIRS.items():
        values = record[field].values if field in record else None
        found[name] = values[:, place] if values is not None and values.ndim > 1 and values.shape[1] > place else None
    found[_BALANCE] = _right_share(record)
    cadence, fraction = _first(record, ("cadence",)), _first(record, ("fractional_cadence",))
    if cadence is not None and fraction is not None and _first(record, ("cadence256",)) is None:
        found["cadence_rpm"] = cadence + np.nan_to_num(fraction)
    found |= {name: column.values * factor for name, (column, factor) in asked.items() if _plain(column)}
    channels = {}
    for name, values in found.items():
        if values is None or values.dtype != float:
            continue
        values = values[times.rows]
        filled = np.isfinite(values)
        if filled.any():
            channels[name] = Channel(from_zero(times.start_s[filled], zero_s), values[filled])
    return channels


def _plain(column: Column) -> bool:
    """Tell whether a field is one number a record."""
    return column.values.ndim == 1 and column.values.dtype == float


def _first(record: Mapping[str, Column], fields: tuple[str, ...]) -> Array | None:
    """Return the first field of one number a record that holds any."""
    for field in fields:
        column = record.get(field)
        if column is not None and column.developer is None and _plain(column) and column.valid.any():
            return column.values
    return None


def _right_share(record: Mapping[str, Column]) -> Array | None:
    """Return the right pedal's share of the power [%] where the file says that the share is the right one's."""
    column = record.get("left_right_balance")
    if column is None or column.raw.ndim > 1 or column.raw.dtype != np.uint8:
        return None
    says_right = column.valid & (column.raw & _RIGHT > 0)
    return np.where(says_right, (column.raw & (_RIGHT - 1)).astype(float), np.nan)


def laps_of(data: FitData, shift_s: float, zero_s: float, to_s: float) -> tuple[Lap, ...]:
    """Read the laps.

    Parameters
    ----------
    data : FitData
        The file.
    shift_s : float
        As of `bikefit.io.fit.times.utc_shift_s`.
    zero_s : float
        FIT time that is the recording's zero [s].
    to_s : float
        End of the recording [s].

    Returns
    -------
    tuple of Lap
        In order of time, numbered from 1, within the recording. A lap ends after its elapsed time, or at its
        stamp where that is not given.
    """
    if "lap" not in data:
        return ()
    laps = data["lap"]
    start_s = on_utc(numbers(laps, "start_time"), shift_s) - zero_s
    stamp_s = on_utc(numbers(laps, "timestamp"), shift_s) - zero_s
    elapsed_s = numbers(laps, "total_elapsed_time")
    end_s = np.where(np.isfinite(elapsed_s), start_s + elapsed_s, stamp_s)
    start_s, end_s = np.clip(start_s, 0.0, to_s), np.clip(end_s, 0.0, to_s)
    spans = sorted((a, b) for a, b in zip(start_s.tolist(), end_s.tolist(), strict=True) if a < b)
    return tuple(Lap(number, a, b) for number, (a, b) in enumerate(spans, start=1))


def created(data: FitData) -> datetime | None:
    """Return when the file was created in UTC, where it says so.

    Parameters
    ----------
    data : FitData
        The file.

    Returns
    -------
    datetime or None
        Aware.
    """
    if "file_id" not in data:
        return None
    stamps = numbers(data["file_id"], "time_created")
    known = stamps[np.isfinite(stamps)]
    return moment(float(known[0])) if known.size else None
