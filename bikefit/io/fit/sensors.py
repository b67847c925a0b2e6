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
from bikefit.io.fit.decoder import FitData, Messages
from bikefit.io.fit.fields import is_named, side_of
from bikefit.io.fit.placing import LEFT_OUT, longest_rise, place_messages
from bikefit.io.fit.span import Span
from bikefit.io.fit.times import from_zero, numbers, on_utc
from bikefit.io.names import STANDARD_GRAVITY_M_S2
from bikefit.io.series import Series
from bikefit.model import Array, ChannelInfo, ChannelNote, Finding, finding

Kind = Literal["gyr", "acc"]
_G: Final = STANDARD_GRAVITY_M_S2
_IN_G: Final = "calibrated_accel_"
_G_MAX: Final = 50.0
"""Accelerations of a foot that are larger than this as a rule are milli-g under the name of g."""


@dataclass(frozen=True)
class _Source:
    """A message type with samples: which fields hold them, and what brings each to the unit of its kind.

    ``counts`` are fields that need a calibration; ``interval_s`` is the unit of the time between samples.
    """

    message: str
    fields: tuple[tuple[str, float], ...]
    counts: str = ""
    interval_s: float = 0.0


@dataclass(frozen=True)
class _Sensor:
    """A kind of sensor: its name and unit, its number in calibrations and what brings their result to that unit."""

    name: str
    unit: str
    calibrated_type: int
    calibrated_unit: float
    sources: tuple[_Source, ...]


_SENSORS: Final[dict[Kind, _Sensor]] = {
    "gyr": _Sensor("gyroscope", "deg_s", 1, 1.0, (
        _Source("gyroscope_data", (("calibrated_gyro_", 1.0),), counts="gyro_"),
        _Source("hsa_gyroscope_data", (("gyro_", 1.0),), interval_s=1 / 32768),
    )),
    "acc": _Sensor("accelerometer", "m_s2", 0, _G, (
        _Source("accelerometer_data", ((_IN_G, _G), ("compressed_calibrated_accel_", _G / 1e3)), counts="accel_"),
        _Source("hsa_accelerometer_data", (("accel_", _G / 1e3),), interval_s=1e-3),
    )),
}  # fmt: skip


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
    """The calibrated samples of one sensor, by kind: FIT seconds, strictly increasing, and numbers, an axis a row.

    ``label`` tells it from the others in the file, and is empty where there is one only; ``side`` is the shoe, where
    the file says so.
    """

    label: str
    side: Side | None
    samples: Mapping[Kind, tuple[Array, Array]]

    @property
    def first_s(self) -> float:
        """FIT time of the first sample [s]."""
        return min(float(time_s[0]) for time_s, _ in self.samples.values())

    @property
    def last_s(self) -> float:
        """FIT time of the last sample [s]."""
        return max(float(time_s[-1]) for time_s, _ in self.samples.values())

    def _prefixed(self, name: str) -> str:
        """Name a channel of the shoe."""
        return f"{self.side}_{name}" if self.side else name

    def series(self, zero_s: float) -> Iterator[Series]:
        """Give each axis, on the recording's time."""
        for kind, (time_s, values) in self.samples.items():
            own_s, rows = from_zero(time_s, zero_s)
            for axis, own in zip("xyz", values, strict=True):
                yield Series(self._prefixed(f"{kind}_{axis}"), own_s, own[rows], _SENSORS[kind].name)

    def infos(self, *, known: bool) -> Iterator[ChannelInfo]:
        """List what it holds; ``known`` tells whether it can be said on which shoe it sat."""
        for kind, (time_s, _) in self.samples.items():
            unit = _SENSORS[kind].unit
            yield ChannelInfo(
                name=" ".join(filter(None, (_SENSORS[kind].name, self.label))),
                meaning=self._prefixed(f"{kind}_{unit}") if known else "",
                unit=unit,
                samples=time_s.size,
                rate_hz=rate_of(time_s),
                notes=() if known else (ChannelNote("shoe_unsaid"),),
            )


def sensor_stamps(data: FitData, shift_s: float) -> dict[str, Array]:
    """Return the time stamps of each kind of sensor [FIT s]."""
    return {
        sensor.name: np.concatenate([_stamps(data[source.message], shift_s) for source in sources])
        for sensor in _SENSORS.values()
        if (sources := [source for source in sensor.sources if source.message in data])
    }


def _stamps(messages: Messages, shift_s: float) -> Array:
    """Return the time stamps of messages [FIT s]."""
    return on_utc(numbers(messages, "timestamp"), shift_s)


def read_groups(data: FitData, shift_s: float, span: Span) -> tuple[tuple[SensorGroup, ...], tuple[Finding, ...]]:
    """Read all sensors of a file within the span of the ride, and what could not be used.

    Several are distinguished by a text field of an app's own on their messages, such as ``side``.
    """
    read: dict[Kind, list[_Samples]] = {
        kind: [
            _samples(data, source, kind, _stamps(data[source.message], shift_s), span)
            for source in sensor.sources
            if source.message in data
        ]
        for kind, sensor in _SENSORS.items()
    }
    labels = dict.fromkeys(label for parts in read.values() for part in parts for label in part.labels)
    groups = []
    for label in labels:
        own = {kind: _of_sensor(parts, label) for kind, parts in read.items()}
        held = {kind: samples for kind, samples in own.items() if samples[0].size}
        if held:
            groups.append(SensorGroup(label, side_of(label), held))
    in_mg = [size for part in read["acc"] for size in part.in_mg]
    findings = [finding("fit_milli_g", size=max(in_mg))] if in_mg else []
    for kind, parts in read.items():
        lost = {code: sum(part.left_out[place] for part in parts) for place, (code, _) in enumerate(LEFT_OUT)}
        lost["fit_sensor_uncalibrated"] = sum(part.uncalibrated for part in parts)
        kept = sum(group.samples[kind][0].size for group in groups if kind in group.samples)
        lost["fit_samples_dropped"] = sum(part.time_s.size for part in parts) - kept
        findings += [finding(code, count=count, kind=_SENSORS[kind].name) for code, count in lost.items() if count]
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
    counts = _axes(messages, source.counts) if source.counts else None
    if counts is not None:
        candidates.append(_calibrated(data, messages, counts, kind))
    best = candidates[0] if len(candidates) == 1 else _first_whole(candidates, messages.count)
    if counts is None:
        return best, 0
    missing = np.isfinite(counts).all(axis=0) & ~np.isfinite(best[..., : counts.shape[2]]).all(axis=0)
    return best, int(np.count_nonzero(missing))


def _first_whole(candidates: Sequence[Array], count: int) -> Array:
    """Return of each sample the first candidate that has all axes."""
    best = np.full((3, count, max((axes.shape[2] for axes in candidates), default=0)), np.nan)
    for axes in candidates:
        part = best[..., : axes.shape[2]]
        empty = ~np.isfinite(part).all(axis=0)
        part[:, empty] = axes[:, empty]
    return best


def _calibrated(data: FitData, messages: Messages, counts: Array, kind: Kind) -> Array:
    """Turn counts into numbers with the latest calibration of the sensor before each message."""
    result = np.full(counts.shape, np.nan)
    if "three_d_sensor_calibration" not in data:
        return result
    sensor, calibrations = _SENSORS[kind], data["three_d_sensor_calibration"]
    mine = np.flatnonzero(numbers(calibrations, "sensor_type") == sensor.calibrated_type)
    latest = np.searchsorted(calibrations.starts[mine], messages.starts) - 1
    level = numbers(calibrations, "level_shift")
    divisor, factor = numbers(calibrations, "calibration_divisor"), numbers(calibrations, "calibration_factor")
    usable = (divisor != 0) & (factor != 0)
    scale = np.divide(factor * sensor.calibrated_unit, divisor, out=np.full(factor.size, np.nan), where=usable)
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
