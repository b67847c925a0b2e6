"""Units of a shoe sensor's columns that their names do not state, or state against the numbers: settled by size.

A foot on a pedal is pulled by gravity and carried round: 5 to 25 m/s2, which are 0.5 to 2.5 g. It is pitched to and fro
at 60 deg/s and more, which is 1 rad/s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bikefit.io.columns import USUAL, Column
from bikefit.io.limits import ACCELERATIONS, MOVED_M_S2, RATE_MAX_DEG_S, RATE_MAX_RAD_S, RATE_SURE_RAD_S
from bikefit.io.names import UNITS, Meaning
from bikefit.model import Array, Finding, finding

_SENSORS: Final = ("rate", "acceleration")


@dataclass(frozen=True)
class _Sensor:
    """The columns of one gyroscope or accelerometer, and its numbers: shape (n, 3)."""

    columns: Sequence[Column]
    values: Array

    @property
    def stated(self) -> str | None:
        """The unit that the names say."""
        return self.columns[0].unit

    @property
    def is_sure(self) -> bool:
        """Whether user, preset or the project's own names say the unit."""
        return self.stated is not None and self.columns[0].why != USUAL


def settle_sensor_units(
    columns: Sequence[Column], raw: Callable[[int], Array]
) -> tuple[list[Column], tuple[Finding, ...]]:
    """Return the columns with the units of gyroscopes and accelerometers settled; without those that cannot be."""
    if all(column.why != USUAL and column.unit is not None for column in columns if column.meaning.kind in _SENSORS):
        return list(columns), ()
    settled, found = {column.index: column for column in columns}, list[Finding]()
    for prefix in ("", "left_", "right_"):
        acc, gyr = _sensor(columns, raw, f"{prefix}acc"), _sensor(columns, raw, f"{prefix}gyr")
        moved = None
        if acc is not None:
            unit, told = _acceleration_unit(acc)
            found += told
            _settle(settled, acc, unit)
            moved = _has_moved(acc, unit)
        if gyr is not None:
            unit, told = _rate_unit(gyr, _is_smooth(gyr) if moved is None else moved)
            found += told
            _settle(settled, gyr, unit)
    return list(settled.values()), tuple(found)


def _sensor(columns: Sequence[Column], raw: Callable[[int], Array], name: str) -> _Sensor | None:
    """Return one sensor's columns and numbers; None unless all three axes are there."""
    of_channel = {column.channel: column for column in columns}
    own = [of_channel[f"{name}_{axis}"] for axis in "xyz" if f"{name}_{axis}" in of_channel]
    return _Sensor(own, np.column_stack([raw(column.index) for column in own])) if len(own) == 3 else None


def _settle(settled: dict[int, Column], sensor: _Sensor, unit: str | None) -> None:
    """Write a sensor's unit into its columns, or leave them out where it has none."""
    for column in sensor.columns:
        if unit is None:
            del settled[column.index]
        else:
            settled[column.index] = replace(column, meaning=Meaning(column.channel, unit))


def _acceleration_unit(acc: _Sensor) -> tuple[str | None, list[Finding]]:
    """Return the unit of an accelerometer; None where its numbers are in none that is known."""
    if acc.is_sure:
        return acc.stated, []
    lengths = _lengths(acc)
    size = float(np.median(lengths)) if lengths.size else float("nan")
    fitting = [unit for unit, (low, high) in ACCELERATIONS.items() if low <= size < high]
    if acc.stated in fitting or (acc.stated is not None and not fitting):
        return acc.stated, []
    if not lengths.size:
        return next(iter(UNITS["m_s2"])), []
    if not fitting:
        return None, [finding("sensor_unit_open", channel="accelerometer", size=size)]
    return fitting[0], [_told("accelerometer", acc.stated, fitting[0])]


def _rate_unit(gyr: _Sensor, moved: bool) -> tuple[str | None, list[Finding]]:
    """Return the unit of a gyroscope; None where its numbers are in none that is known."""
    if gyr.is_sure:
        return gyr.stated, []
    lengths = _lengths(gyr)
    size = float(np.percentile(lengths, 95)) if lengths.size else 0.0
    if gyr.stated == "rad_s":
        unit = "deg_s" if size > RATE_MAX_RAD_S else "rad_s"
    elif gyr.stated == "deg_s":
        unit = "rad_s" if moved and size < RATE_SURE_RAD_S else "deg_s"
    elif gyr.stated is not None:
        unit = gyr.stated
    elif size > RATE_MAX_DEG_S:
        return None, [finding("sensor_unit_open", channel="gyroscope", size=size)]
    else:
        unit = "rad_s" if moved and size < RATE_MAX_RAD_S else "deg_s"
    return unit, [] if unit == gyr.stated else [_told("gyroscope", gyr.stated, unit)]


def _has_moved(acc: _Sensor, unit: str | None) -> bool | None:
    """Tell whether the sensor was carried about; None where the unit is not known."""
    lengths = _lengths(acc)
    if unit is None or not lengths.size:
        return None
    low, high = np.percentile(lengths * UNITS["m_s2"][unit], (5, 95))
    return bool(high - low > MOVED_M_S2)


def _is_smooth(gyr: _Sensor) -> bool:
    """Tell whether a gyroscope's readings follow each other as those of something that turns; noise does not."""
    known = gyr.values[np.isfinite(gyr.values).all(axis=1)]
    spread = known.std(axis=0) if len(known) > 2 else np.zeros(3)
    axis = int(np.argmax(spread))
    return bool(spread[axis] > 0 and np.diff(known[:, axis]).std() < spread[axis])


def _lengths(sensor: _Sensor) -> Array:
    """Return the lengths of a sensor's vectors where all three axes are known."""
    lengths: Array = np.linalg.norm(sensor.values, axis=1)
    return lengths[np.isfinite(lengths)]


def _told(channel: str, stated: str | None, used: str) -> Finding:
    """Return the finding about a unit that the size of the numbers settled."""
    if stated is None:
        return finding("sensor_unit_by_size", channel=channel, used=used)
    return finding("sensor_unit_contradicted", channel=channel, stated=stated, used=used)
