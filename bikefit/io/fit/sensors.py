"""Gyroscope and accelerometer messages of FIT files as calibrated samples.

A message holds arrays of samples on three axes. They are calibrated numbers, or counts that the latest
``three_d_sensor_calibration`` before the message turns into numbers:
``v = matrix @ ((counts - level_shift) - offset) * factor / divisor``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.io.fit.decoder import FitData, Messages
from bikefit.io.fit.fields import is_named, side_of
from bikefit.io.fit.times import from_zero, longest_rise, numbers, on_utc
from bikefit.io.names import STANDARD_GRAVITY_M_S2
from bikefit.io.series import Series
from bikefit.model import Array, ChannelInfo, Finding, finding

Kind = Literal["gyr", "acc"]
_G: Final = STANDARD_GRAVITY_M_S2


@dataclass(frozen=True)
class _Source:
    """A message type with samples: which fields hold them, and what brings each to deg/s or m/s^2."""

    message: str
    fields: tuple[tuple[str, float], ...]
    counts: str
    interval_s: float


_SOURCES: Final[dict[Kind, tuple[_Source, ...]]] = {
    "gyr": (
        _Source("gyroscope_data", (("calibrated_gyro_", 1.0),), "gyro_", 0.0),
        _Source("hsa_gyroscope_data", (("gyro_", 1.0),), "", 1 / 32768),
    ),
    "acc": (
        _Source(
            "accelerometer_data",
            (("calibrated_accel_", _G), ("compressed_calibrated_accel_", _G / 1e3)),
            "accel_",
            0.0,
        ),
        _Source("hsa_accelerometer_data", (("accel_", _G / 1e3),), "", 1e-3),
    ),
}
_CALIBRATED_TYPE: Final = {"acc": (0, _G), "gyr": (1, 1.0)}
"""Sensor type of the calibration messages, and what brings their result to m/s^2 or deg/s."""


@dataclass(frozen=True)
class _Samples:
    """Samples of one kind from one message type; ``sensor`` is the place in ``labels`` of the one that took each."""

    time_s: Array
    values: Array
    sensor: NDArray[np.intp]
    labels: tuple[str, ...]
    uncalibrated: int


@dataclass(frozen=True)
class SensorGroup:
    """The samples of one sensor.

    Attributes
    ----------
    label : str
        What tells it from the others in the file; empty where there is one only.
    side : {"left", "right"}, optional
        The shoe, where the file says so.
    gyr_time_s, acc_time_s : ndarray, shapes (n,), (m,)
        FIT seconds, strictly increasing.
    gyr_deg_s, acc_m_s2 : ndarray, shapes (n, 3), (m, 3)
        Calibrated samples.
    """

    label: str
    side: Side | None
    gyr_time_s: Array
    gyr_deg_s: Array
    acc_time_s: Array
    acc_m_s2: Array

    @property
    def first_s(self) -> float:
        """FIT time of the first sample [s]."""
        return float(min(times[0] for times in (self.gyr_time_s, self.acc_time_s) if times.size))

    @property
    def last_s(self) -> float:
        """FIT time of the last sample [s]."""
        return float(max(times[-1] for times in (self.gyr_time_s, self.acc_time_s) if times.size))

    @property
    def kinds(self) -> tuple[tuple[Kind, str, str, Array, Array], ...]:
        """What it holds: kind, unit, name, times and values."""
        return (
            ("gyr", "deg_s", "gyroscope", self.gyr_time_s, self.gyr_deg_s),
            ("acc", "m_s2", "accelerometer", self.acc_time_s, self.acc_m_s2),
        )

    def series(self, zero_s: float) -> Iterator[Series]:
        """Give each axis, on the recording's time."""
        prefix = f"{self.side}_" if self.side else ""
        for kind, _, name, time_s, values in self.kinds:
            own_s = from_zero(time_s, zero_s)
            for at, axis in enumerate("xyz" if own_s.size else ""):
                yield Series(f"{prefix}{kind}_{axis}", own_s, values[:, at], name)

    def infos(self, *, known: bool) -> Iterator[ChannelInfo]:
        """List what it holds; ``known`` tells whether it can be said on which shoe it sat."""
        prefix = f"{self.side}_" if self.side else ""
        for kind, unit, name, time_s, _ in self.kinds:
            if time_s.size:
                yield ChannelInfo(
                    name=" ".join(filter(None, (name, self.label))),
                    meaning=f"{prefix}{kind}_{unit}" if known else "",
                    unit=unit,
                    samples=time_s.size,
                    rate_hz=1.0 / float(np.median(np.diff(time_s))) if time_s.size > 1 else float("nan"),
                    note="" if known else "not read: the file does not say on which shoe it sat",
                )


def read_groups(data: FitData, shift_s: float) -> tuple[tuple[SensorGroup, ...], tuple[Finding, ...]]:
    """Read all sensors of a file, and what could not be used.

    Several are told apart by a text field of an app's own on their messages, such as ``side``.
    """
    findings: list[Finding] = []
    samples: dict[Kind, list[_Samples]] = {"gyr": [], "acc": []}
    for kind, sources in _SOURCES.items():
        for source in sources:
            if source.message in data:
                samples[kind].append(_samples(data, source, kind, shift_s))
    labels = list(dict.fromkeys(label for parts in samples.values() for part in parts for label in part.labels))
    groups = []
    for label in labels:
        joined = {kind: _joined(parts, label) for kind, parts in samples.items()}
        (gyr_s, gyr), (acc_s, acc) = joined["gyr"], joined["acc"]
        if gyr_s.size or acc_s.size:
            groups.append(SensorGroup(label, side_of(label), gyr_s, gyr, acc_s, acc))
    names = {"gyr": "gyroscope", "acc": "accelerometer"}
    for kind, parts in samples.items():
        raw = sum(part.uncalibrated for part in parts)
        if raw:
            findings.append(finding("fit_sensor_uncalibrated", count=raw, kind=names[kind]))
        read = sum(part.time_s.size for part in parts)
        kept = sum((group.gyr_time_s if kind == "gyr" else group.acc_time_s).size for group in groups)
        if read > kept:
            findings.append(finding("fit_samples_dropped", count=read - kept, kind=names[kind]))
    return tuple(groups), tuple(findings)


def _joined(parts: list[_Samples], label: str) -> tuple[Array, Array]:
    """Put the samples of one sensor together, times strictly increasing; contradicting ones are left out."""
    mine = [(part, part.sensor == part.labels.index(label)) for part in parts if label in part.labels]
    time_s = np.concatenate([np.zeros(0), *(part.time_s[rows] for part, rows in mine)])
    values = np.concatenate([np.zeros((0, 3)), *(part.values[rows] for part, rows in mine)])
    keep = longest_rise(time_s)
    keep = keep[np.append(True, np.diff(time_s[keep]) > 0)] if keep.size else keep
    return time_s[keep], values[keep]


def _samples(data: FitData, source: _Source, kind: Kind, shift_s: float) -> _Samples:
    """Return the samples of one message type, with the sensor that each is from."""
    messages = data[source.message]
    values, uncalibrated = _values(data, messages, source, kind)
    time_s = _times(messages, source, values.shape[1], shift_s)
    usable = np.isfinite(values).all(axis=2) & np.isfinite(time_s)
    texts = _texts(messages)
    labels = tuple(dict.fromkeys(texts))
    place = {label: number for number, label in enumerate(labels)}
    sensor = np.repeat(np.array([place[text] for text in texts], np.intp), usable.sum(axis=1))
    return _Samples(time_s[usable], values[usable], sensor, labels, uncalibrated)


def _texts(messages: Messages) -> list[str]:
    """Return what each message says about the sensor that it is from; an empty text where nothing."""
    for column in messages.values():
        if column.developer and is_named(column.spec.name, "side") and column.values.dtype == object:
            return [text or "" for text in column.values.tolist()]
    return [""] * messages.count


def _axes(messages: Messages, prefix: str) -> Array | None:
    """Return a triple of array fields, shape (n, k, 3); None where one lacks."""
    names = [prefix + axis for axis in "xyz"]
    if any(name not in messages or messages[name].values.dtype != float for name in names):
        return None
    columns = [messages[name].values for name in names]
    wide = [column if column.ndim > 1 else column[:, None] for column in columns]
    width = min(column.shape[1] for column in wide)
    return np.stack([column[:, :width] for column in wide], axis=2)


def _values(data: FitData, messages: Messages, source: _Source, kind: Kind) -> tuple[Array, int]:
    """Return the best numbers of each sample, shape (n, k, 3), and how many counts had no calibration."""
    candidates = [axes * factor for prefix, factor in source.fields if (axes := _axes(messages, prefix)) is not None]
    uncalibrated = 0
    counts = _axes(messages, source.counts) if source.counts else None
    if counts is not None:
        calibrated = _calibrated(data, messages, counts, kind)
        done = np.zeros(counts.shape[:2], bool)
        for axes in candidates:
            width = min(axes.shape[1], counts.shape[1])
            done[:, :width] |= np.isfinite(axes[:, :width]).all(axis=2)
        missing = np.isfinite(counts).all(axis=2) & ~np.isfinite(calibrated).all(axis=2) & ~done
        uncalibrated = int(np.count_nonzero(missing))
        candidates.append(calibrated)
    if len(candidates) == 1:
        return candidates[0], uncalibrated
    width = max((axes.shape[1] for axes in candidates), default=0)
    best = np.full((messages.count, width, 3), np.nan)
    for axes in candidates:
        part = best[:, : axes.shape[1]]
        empty = ~np.isfinite(part).all(axis=2)
        part[empty] = axes[empty]
    return best, uncalibrated


def _calibrated(data: FitData, messages: Messages, counts: Array, kind: Kind) -> Array:
    """Turn counts into numbers with the latest calibration of the sensor before each message."""
    result = np.full(counts.shape, np.nan)
    if "three_d_sensor_calibration" not in data:
        return result
    sensor_type, unit = _CALIBRATED_TYPE[kind]
    calibrations = data["three_d_sensor_calibration"]
    mine = np.flatnonzero(numbers(calibrations, "sensor_type") == sensor_type)
    latest = np.searchsorted(calibrations.starts[mine], messages.starts) - 1
    level = numbers(calibrations, "level_shift")
    scale = numbers(calibrations, "calibration_factor") / numbers(calibrations, "calibration_divisor") * unit
    offsets, matrices = _matrix(calibrations, "offset_cal", 3), _matrix(calibrations, "orientation_matrix", 9)
    for place, row in enumerate(mine.tolist()):
        rows = latest == place
        turned = (counts[rows] - level[row] - offsets[row]) @ matrices[row].reshape(3, 3).T
        result[rows] = turned * scale[row]
    return result


def _matrix(messages: Messages, name: str, width: int) -> Array:
    """Return a field of a fixed width, NaN where it lacks or has another one."""
    values = messages[name].values if name in messages else np.zeros(0)
    fits = values.ndim == 2 and values.shape[1] == width and values.dtype == float
    return values if fits else np.full((messages.count, width), np.nan)


def _times(messages: Messages, source: _Source, width: int, shift_s: float) -> Array:
    """Return the time of each sample, shape (n, width) [FIT s].

    The stamp's milliseconds and each sample's own offset are added; where a message has no offsets, its samples
    spread evenly, at the interval that it states, or else over the usual time between two messages.
    """
    stamp_s = on_utc(numbers(messages, "timestamp"), shift_s) + np.nan_to_num(numbers(messages, "timestamp_ms")) / 1e3
    place = np.arange(width)
    if source.interval_s:
        return stamp_s[:, None] + numbers(messages, "sampling_interval")[:, None] * source.interval_s * place
    steps = np.diff(stamp_s)
    steps = steps[steps > 0]
    usual = float(np.median(steps)) if steps.size else 1.0
    even = np.broadcast_to(usual * place / max(width, 1), (messages.count, width))
    offsets = messages["sample_time_offset"].values if "sample_time_offset" in messages else np.zeros(0)
    offsets = offsets[:, None] if offsets.ndim == 1 and width == 1 else offsets
    if offsets.dtype != float or offsets.ndim < 2 or offsets.shape[1] < width:
        return stamp_s[:, None] + even
    offsets = offsets[:, :width] / 1e3
    stated = np.asarray(np.isfinite(offsets).any(axis=1))
    return stamp_s[:, None] + np.where(stated[:, None], offsets, even)
