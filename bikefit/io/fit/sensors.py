"""Gyroscope and accelerometer messages of FIT files as calibrated samples.

A message holds arrays of samples on three axes. They are calibrated numbers, or counts that the latest
``three_d_sensor_calibration`` before the message turns into numbers:
``v = matrix @ ((counts - level_shift) - offset) * factor / divisor``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.io.finite import rate_of
from bikefit.io.fit.clock import Span
from bikefit.io.fit.decoder import FitData, Messages
from bikefit.io.fit.fields import is_named, side_of
from bikefit.io.fit.placing import LEFT_OUT, longest_rise, place_messages
from bikefit.io.fit.times import from_zero, numbers, on_utc
from bikefit.io.names import STANDARD_GRAVITY_M_S2
from bikefit.io.series import Series
from bikefit.model import Array, ChannelInfo, ChannelNote, Finding, finding

Kind = Literal["gyr", "acc"]
_NAMES: Final[dict[Kind, str]] = {"gyr": "gyroscope", "acc": "accelerometer"}
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
_IN_G: Final = "calibrated_accel_"
_G_MAX: Final = 50.0
"""Accelerations of a foot that are larger than this as a rule are milli-g under the name of g."""
_CALIBRATED_TYPE: Final = {"acc": (0, _G), "gyr": (1, 1.0)}
"""Sensor type of the calibration messages, and what brings their result to m/s^2 or deg/s."""


@dataclass(frozen=True)
class _Samples:
    """Samples of one kind from one message type; ``sensor`` is the place in ``labels`` of the one that took each.

    ``values`` has shape (3, n). ``in_mg`` are the usual sizes of accelerations that are milli-g under the name of g,
    ``left_out`` how many messages each finding of `LEFT_OUT` tells.
    """

    time_s: Array
    values: Array
    sensor: NDArray[np.intp]
    labels: tuple[str, ...]
    uncalibrated: int
    in_mg: tuple[float, ...]
    left_out: tuple[int, ...]


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
    gyr_deg_s, acc_m_s2 : ndarray, shapes (3, n), (3, m)
        Calibrated samples, an axis a row.
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
            own_s, rows = from_zero(time_s, zero_s)
            for at, axis in enumerate("xyz" if own_s.size else ""):
                yield Series(f"{prefix}{kind}_{axis}", own_s, values[at, rows], name)

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
                    rate_hz=rate_of(time_s),
                    notes=() if known else (ChannelNote("shoe_unsaid"),),
                )


def sensor_stamps(data: FitData, shift_s: float) -> dict[str, Array]:
    """Return the time stamps of each message type with samples [FIT s]."""
    return {
        source.message: on_utc(numbers(data[source.message], "timestamp"), shift_s)
        for sources in _SOURCES.values()
        for source in sources
        if source.message in data
    }


def by_kind(stamps_s: Mapping[str, Array]) -> dict[str, Array]:
    """Return the time stamps of each kind of sensor."""
    return {
        _NAMES[kind]: np.concatenate(stamps)
        for kind, sources in _SOURCES.items()
        if (stamps := [stamps_s[source.message] for source in sources if source.message in stamps_s])
    }


def read_groups(
    data: FitData, stamps_s: Mapping[str, Array], span: Span
) -> tuple[tuple[SensorGroup, ...], tuple[Finding, ...]]:
    """Read all sensors of a file within the span of the ride, and what could not be used; stamps are by message type.

    Several are distinguished by a text field of an app's own on their messages, such as ``side``.
    """
    findings: list[Finding] = []
    samples: dict[Kind, list[_Samples]] = {"gyr": [], "acc": []}
    for kind, sources in _SOURCES.items():
        for source in sources:
            if source.message in data:
                samples[kind].append(_samples(data, source, kind, stamps_s[source.message], span))
    labels = list(dict.fromkeys(label for parts in samples.values() for part in parts for label in part.labels))
    groups = []
    for label in labels:
        joined = {kind: _of_sensor(parts, label) for kind, parts in samples.items()}
        (gyr_s, gyr), (acc_s, acc) = joined["gyr"], joined["acc"]
        if gyr_s.size or acc_s.size:
            groups.append(SensorGroup(label, side_of(label), gyr_s, gyr, acc_s, acc))
    in_mg = [size for part in samples["acc"] for size in part.in_mg]
    if in_mg:
        findings.append(finding("fit_milli_g", size=max(in_mg)))
    for kind, parts in samples.items():
        for place, (code, _) in enumerate(LEFT_OUT):
            count = sum(part.left_out[place] for part in parts)
            if count:
                findings.append(finding(code, count=count, kind=_NAMES[kind]))
        raw = sum(part.uncalibrated for part in parts)
        if raw:
            findings.append(finding("fit_sensor_uncalibrated", count=raw, kind=_NAMES[kind]))
        read = sum(part.time_s.size for part in parts)
        kept = sum((group.gyr_time_s if kind == "gyr" else group.acc_time_s).size for group in groups)
        if read > kept:
            findings.append(finding("fit_samples_dropped", count=read - kept, kind=_NAMES[kind]))
    return tuple(groups), tuple(findings)


def _of_sensor(parts: list[_Samples], label: str) -> tuple[Array, Array]:
    """Put the samples of one sensor together, times strictly increasing; contradicting ones are left out."""
    mine = [
        (part, slice(None) if len(part.labels) == 1 else np.flatnonzero(part.sensor == part.labels.index(label)))
        for part in parts
        if label in part.labels
    ]
    if not mine:
        return np.zeros(0), np.zeros((3, 0))
    time_s = _joined([part.time_s[rows] for part, rows in mine])
    values = _joined([part.values[:, rows] for part, rows in mine])
    if (np.diff(time_s) > 0).all():
        return time_s, values
    keep = longest_rise(time_s)
    keep = keep[np.append(True, np.diff(time_s[keep]) > 0)]
    return time_s[keep], values[:, keep]


def _samples(data: FitData, source: _Source, kind: Kind, stamp_s: Array, span: Span) -> _Samples:
    """Read the samples of one message type, block by block: all messages of a block are equally wide."""
    messages = data[source.message]
    texts = _texts(messages)
    place = {label: number for number, label in enumerate(dict.fromkeys(texts))}
    sensor = np.array([place[text] for text in texts] if len(place) > 1 else np.zeros(len(texts)), np.intp)
    start_s, lasts_s, left_out = _begins(messages, np.where(span.holds(stamp_s), stamp_s, np.nan), sensor)
    several = len(messages.blocks) > 1
    alike = [Messages(messages.name, [block]) for block in messages.blocks] if several else [messages]
    place_of = [sensor[np.searchsorted(messages.starts, own.starts)] for own in alike]
    stated = [_axes(own, _IN_G) if kind == "acc" else None for own in alike]
    size_g = _sizes_in_g(stated, place_of, len(place))
    milli = np.where(size_g > _G_MAX, 1e-3, 1.0)
    times, values, sensors, byte, uncalibrated = [], [], [], [], 0
    for own, in_g, places in zip(alike, stated, place_of, strict=True):
        rows = np.searchsorted(messages.starts, own.starts)
        found, raw = _values(data, own, source, kind, in_g, milli[places])
        time_s = start_s[rows, None] + _offsets(own, source, found.shape[2], lasts_s[rows])
        usable = np.isfinite(found).all(axis=0) & np.isfinite(time_s)
        each = usable.sum(axis=1)
        whole = bool(usable.all())
        times.append(time_s.ravel() if whole else time_s[usable])
        values.append(found.reshape(3, -1) if whole else found[:, usable])
        sensors.append(np.repeat(places, each))
        byte.append(np.repeat(own.starts, each) if several else own.starts)
        uncalibrated += raw
    order = np.argsort(_joined(byte), kind="stable") if several else slice(None)
    return _Samples(
        _joined(times)[order],
        _joined(values)[:, order],
        _joined(sensors)[order],
        tuple(place),
        uncalibrated,
        tuple(size_g[size_g > _G_MAX].tolist()),
        left_out,
    )


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Put arrays together along their last axis."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-1)


def _begins(messages: Messages, stamp_s: Array, sensor: NDArray[np.intp]) -> tuple[Array, Array, tuple[int, ...]]:
    """Return when each message begins [FIT s], how long it lasts as a rule [s], and how many have no time of their own.

    The milliseconds of the stamp count. Where a sensor's messages share stamps all the same, they are spread.
    """
    start_s = stamp_s + np.nan_to_num(numbers(messages, "timestamp_ms")) / 1e3
    steps = np.diff(start_s)
    steps = steps[steps > 0]
    lasts_s = np.full(start_s.size, float(np.median(steps)) if steps.size else 1.0)
    left_out = [0] * len(LEFT_OUT)
    for place in range(int(sensor.max(initial=-1)) + 1):
        rows = np.flatnonzero((sensor == place) & np.isfinite(start_s))
        if rows.size > 1 and (np.diff(start_s[rows]) == 0).any():
            placed = place_messages(start_s, rows)
            start_s[rows] = np.nan
            start_s[placed.rows], lasts_s[placed.rows] = placed.start_s, placed.interval_s
            left_out = [count + getattr(placed, name).size for count, (_, name) in zip(left_out, LEFT_OUT, strict=True)]
    return start_s, lasts_s, tuple(left_out)


def _sizes_in_g(stated: Sequence[Array | None], sensors: Sequence[NDArray[np.intp]], count: int) -> Array:
    """Return the usual size of the acceleration that each of some sensors states in g, where it cannot be a foot's."""
    squares, owners = [np.zeros(0)], [np.zeros(0, np.intp)]
    for axes, sensor in zip(stated, sensors, strict=True):
        if axes is not None:
            with np.errstate(over="ignore"):
                square = (axes**2).sum(axis=0)
            squares.append(square.ravel())
            owners.append(np.repeat(sensor, square.shape[1]))
    square, owner = _joined(squares), _joined(owners)
    found = np.full(count, np.nan)
    for place in range(count):
        own = square if count == 1 else square[owner == place]
        large, small = np.count_nonzero(own > _G_MAX**2), np.count_nonzero(own <= _G_MAX**2)
        if large and large >= small:
            known = own[np.isfinite(own)]
            found[place] = np.median(np.sqrt(known)) if known.size else np.nan
    return found


def _texts(messages: Messages) -> list[str]:
    """Return what each message says about the sensor that it is from; an empty text where nothing."""
    for column in messages.values():
        if column.developer and is_named(column.spec.name, "side") and column.values.dtype == object:
            return [text or "" for text in column.values.tolist()]
    return [""] * messages.count


def _axes(messages: Messages, prefix: str) -> Array | None:
    """Return a triple of array fields, shape (3, n, k); None where one lacks."""
    names = [prefix + axis for axis in "xyz"]
    if any(name not in messages or messages[name].values.dtype != float for name in names):
        return None
    columns = [messages[name].values for name in names]
    wide = [column if column.ndim > 1 else column[:, None] for column in columns]
    width = min(column.shape[1] for column in wide)
    return np.stack([column[:, :width] for column in wide])


def _values(
    data: FitData, messages: Messages, source: _Source, kind: Kind, in_g: Array | None, milli: Array
) -> tuple[Array, int]:
    """Return the best numbers of each sample, shape (3, n, k), and how many counts had no calibration.

    ``in_g`` is what messages state in g, ``milli`` what brings each message's g to g.
    """
    candidates = []
    for prefix, factor in source.fields:
        axes = in_g if prefix == _IN_G else _axes(messages, prefix)
        if axes is not None:
            candidates.append(axes if factor == 1.0 else axes * factor)
            if prefix == _IN_G and (milli != 1.0).any():
                candidates[-1] *= milli[:, None]
    uncalibrated = 0
    counts = _axes(messages, source.counts) if source.counts else None
    if counts is not None:
        calibrated = _calibrated(data, messages, counts, kind)
        done = np.zeros(counts.shape[1:], bool)
        for axes in candidates:
            width = min(axes.shape[2], counts.shape[2])
            done[:, :width] |= np.isfinite(axes[..., :width]).all(axis=0)
        missing = np.isfinite(counts).all(axis=0) & ~np.isfinite(calibrated).all(axis=0) & ~done
        uncalibrated = int(np.count_nonzero(missing))
        candidates.append(calibrated)
    if len(candidates) == 1:
        return candidates[0], uncalibrated
    width = max((axes.shape[2] for axes in candidates), default=0)
    best = np.full((3, messages.count, width), np.nan)
    for axes in candidates:
        part = best[..., : axes.shape[2]]
        empty = ~np.isfinite(part).all(axis=0)
        part[:, empty] = axes[:, empty]
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
    divisor, factor = numbers(calibrations, "calibration_divisor"), numbers(calibrations, "calibration_factor")
    scale = np.divide(factor * unit, divisor, out=np.full(factor.size, np.nan), where=(divisor != 0) & (factor != 0))
    offsets, matrices = _matrix(calibrations, "offset_cal", 3), _matrix(calibrations, "orientation_matrix", 9)
    for place, row in enumerate(mine.tolist()):
        rows = latest == place
        own = np.stack(list(counts[:, rows]), axis=-1)
        turned = (own - level[row] - offsets[row]) @ matrices[row].reshape(3, 3).T
        result[:, rows] = np.moveaxis(turned * scale[row], -1, 0)
    return result


def _matrix(messages: Messages, name: str, width: int) -> Array:
    """Return a field of a fixed width, NaN where it lacks or has another one."""
    values = messages[name].values if name in messages else np.zeros(0)
    fits = values.ndim == 2 and values.shape[1] == width and values.dtype == float
    return values if fits else np.full((messages.count, width), np.nan)


def _offsets(messages: Messages, source: _Source, width: int, lasts_s: Array) -> Array:
    """Return when each sample was taken after its message's begin, shape (n, width) [s].

    As each sample's own offset says; where a message has none, evenly, at the interval that it states or else over
    what the message lasts.
    """
    place = np.arange(width)
    if source.interval_s:
        return numbers(messages, "sampling_interval")[:, None] * source.interval_s * place
    even = lasts_s[:, None] * place / max(width, 1)
    offsets = messages["sample_time_offset"].values if "sample_time_offset" in messages else np.zeros(0)
    offsets = offsets[:, None] if offsets.ndim == 1 and width == 1 else offsets
    if offsets.dtype != float or offsets.ndim < 2 or offsets.shape[1] < width:
        return even
    offsets = offsets[:, :width] / 1e3
    stated = np.asarray(np.isfinite(offsets).any(axis=1))
    return np.where(stated[:, None], offsets, even)
