"""FIT files as recordings: rotation from developer fields of ``record``, sensors, and what accompanies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.errors import RecordingError, UsageError, near_matches
from bikefit.io.fit.channels import SIDE_ADVICE, canonical, companion_fields, field_infos
from bikefit.io.fit.companions import ASKED_COMPANIONS, companions_of, created, laps_of
from bikefit.io.fit.decoder import Column, FitData, decode_bytes
from bikefit.io.fit.fields import SIDED, FieldMeaning, asked_meaning, field_meaning, side_of
from bikefit.io.fit.sensors import SensorGroup, read_groups
from bikefit.io.fit.times import RecordTimes, array_times, from_zero, moment, record_stamps, record_times, utc_shift_s
from bikefit.io.names import shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.plausible import checked_angle, continuous, crank_findings
from bikefit.io.source import load
from bikefit.model import Array, Channel, ChannelInfo, Finding, FootTrace, Recording, ShoeSensor, finding

_ASKABLE: Final = ("heel_rotation", "pitch", "crank_angle", "cadence", "power", "speed", "heart_rate")
_DAMAGE_SHOWN: Final = 5


@dataclass(frozen=True)
class _Choice:
    """A field of ``record`` and what it is read as."""

    key: str
    column: Column
    meaning: FieldMeaning

    @property
    def name(self) -> str:
        return self.column.spec.name


def read_fit(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> Recording:
    """Read a FIT file.

    Parameters
    ----------
    path : Path
        The file, packed with gzip or not.
    options : ReadOptions
        Whose foot an unnamed rotation or sensor is, which fields are meant, and whether damage is refused.

    Returns
    -------
    Recording
        Rotation from developer fields of ``record``, shoe sensors from gyroscope and accelerometer messages,
        companions and laps; ``channels`` lists what the file holds. It may hold no rotation.

    Raises
    ------
    RecordingError
        If it is no FIT file, is damaged and ``options.strict`` is set, or lacks a field that was asked for.
    UsageError
        If ``options.columns`` names no channel.

    Notes
    -----
    1. Everything whole is decoded; damage is a finding.
    2. The samples of an array field spread evenly over the time from its record to the next.
    3. Seconds since switching on become UTC where the file correlates the two.
    4. Time runs from the first sample of records and sensors.
    """
    source = load(path, strict=options.strict)
    data = decode_bytes(source.data, path.name)
    if options.strict and data.damage:
        first = data.damage[0]
        raise RecordingError(
            f"{path.name}: the file is damaged at byte {first.byte}: {first.what}. "
            "Leave out --strict to read what is whole."
        )
    return _Reader(data, path, source.sha256, options).recording(source.findings)


@dataclass(frozen=True)
class _Samples:
    """One field of ``record`` sample by sample."""

    time_s: Array
    values: Array
    name: str


class _Reader:
    """Puts a recording together from the columns of one file."""

    def __init__(self, data: FitData, path: Path, sha256: str, options: ReadOptions) -> None:
        self.data, self.name, self.sha256, self.options = data, path.name, sha256, options
        self.findings = list(_damage_findings(data))
        self.file_side = side_of(path.stem)
        self.shift_s = shift_s = utc_shift_s(data)
        self.record: Mapping[str, Column] = data.get("record", {})
        stamps = record_stamps(data["record"], shift_s) if "record" in data else np.zeros(0)
        self.times: RecordTimes = record_times(stamps)
        if self.times.dropped:
            self.findings.append(finding("fit_stamps_dropped", count=self.times.dropped, kind="record"))
        self.groups, found = read_groups(data, shift_s)
        self.findings.extend(found)
        firsts = [group.first_s for group in self.groups] + self.times.start_s[:1].tolist()
        self.zero_s = min(firsts, default=0.0)

    def recording(self, found: Sequence[Finding]) -> Recording:
        choices, notes = self._choices()
        feet = self._feet(choices)
        sensors = self._sensors()
        asked = {
            name: (choices[channel].column, choices[channel].meaning.factor)
            for channel, name in ASKED_COMPANIONS.items()
            if channel in choices
        }
        companions = companions_of(self.record, self.times, self.zero_s, asked)
        ends = [trace.time_s[-1] for trace in feet.values()]
        ends += [channel.time_s[-1] for channel in companions.values()]
        ends += [group.last_s - self.zero_s for group in self.groups]
        ends += (self.times.start_s[-1:] - self.zero_s).tolist()
        to_s = float(max(ends, default=0.0))
        return Recording(
            name=self.name,
            format="fit",
            sha256=self.sha256,
            start=moment(self.zero_s) or created(self.data),
            from_s=0.0,
            to_s=to_s,
            feet=feet,
            sensors=sensors,
            companions=companions,
            laps=laps_of(self.data, self.shift_s, self.zero_s, to_s),
            channels=self._channels(choices, notes, companions),
            findings=(*found, *self.findings),
        )

    # ---- which field is what

    def _choices(self) -> tuple[dict[str, _Choice], dict[str, str]]:
        """Return channel -> field that is read as it, and field -> why it was taken or left."""
        chosen = self._asked()
        notes = {choice.key: choice.meaning.note for choice in chosen.values()}
        candidates: dict[str, list[_Choice]] = {}
        for key, column in self.record.items():
            meaning = field_meaning(column.spec.name, column.spec.unit) if column.developer else None
            if meaning is None or key in notes:
                continue
            notes[key] = meaning.note
            if meaning.factor and column.valid.any():
                candidates.setdefault(meaning.channel, []).append(_Choice(key, column, meaning))
        for channel, rivals in candidates.items():
            if channel in chosen:
                notes |= {rival.key: "not read: --column names another field" for rival in rivals}
                continue
            best = max(rivals, key=lambda choice: int(choice.column.valid.sum()))
            notes |= {rival.key: f"not read: '{best.name}' holds more" for rival in rivals if rival is not best}
            if len(rivals) > 1:
                self.findings.append(finding("fit_several_fields", channel=channel, taken=shown(best.name)))
            if best.meaning.unit_assumed:
                self.findings.append(finding("fit_unit_assumed", field=shown(best.name)))
            chosen[channel] = best
        return chosen, notes

    def _asked(self) -> dict[str, _Choice]:
        """Return what ``--column`` names."""
        chosen = {}
        for asked, name in self.options.columns.items():
            key = self._key_of(name)
            meaning = asked_meaning(asked, self.record[key].spec.unit if key else "")
            plain = meaning.channel.removeprefix("left_").removeprefix("right_") if meaning else ""
            if meaning is None or plain not in _ASKABLE:
                known = [f"{side}_heel_rotation_deg" for side in SIDES] + ["crank_angle_deg", "cadence_rpm", "power_w"]
                raise UsageError(
                    f"--column {asked}=...: in a FIT file a field can be one of {', '.join(known)}."
                    f"{near_matches(asked, known)}"
                )
            if key is None:
                own = [column.spec.name for column in self.record.values() if column.developer]
                names = ", ".join(shown(item) for item in own) or "none"
                raise RecordingError(
                    f"{self.name}: its records have no field '{shown(name)}'. Fields of apps: {names}."
                    f"{near_matches(name, [*own, *self.record])}"
                )
            chosen[meaning.channel] = _Choice(key, self.record[key], meaning)
        return chosen

    def _key_of(self, name: str) -> str | None:
        if name in self.record:
            return name
        plain = name.strip().casefold()
        hits = [key for key, column in self.record.items() if column.spec.name.casefold() == plain]
        own = [key for key in hits if self.record[key].developer]
        return next(iter(own or hits), None)

    def _channels(
        self, choices: Mapping[str, _Choice], notes: Mapping[str, str], companions: Mapping[str, Channel]
    ) -> tuple[ChannelInfo, ...]:
        """List all that the file holds."""
        meanings = companion_fields(self.record, companions)
        notes = dict(notes)
        for channel, choice in choices.items():
            named = channel
            if channel in SIDED:
                side = self._unnamed_side()
                named = f"{side}_{channel}" if side else ""
                notes[choice.key] = choice.meaning.note if side else SIDE_ADVICE
            meanings[choice.key] = canonical(named)
        sensors = [info for group in self.groups for info in group.infos(self._side_of(group), self._advice(group))]
        return (*field_infos(self.data, self.times, meanings, notes), *sensors)

    # ---- feet

    def _feet(self, choices: Mapping[str, _Choice]) -> dict[Side, FootTrace]:
        feet: dict[Side, FootTrace] = {}
        crank = self._samples(choices.get("crank_angle"))
        if crank:
            self.findings.extend(crank_findings(crank.values, shown(crank.name)))
        for side in SIDES:
            heel = self._samples(self._of_side(choices, side, "heel_rotation"))
            if heel is None:
                continue
            angle, found = checked_angle(continuous(heel.values), side, shown(heel.name))
            self.findings.extend(found)
            pitch = self._samples(self._of_side(choices, side, "pitch"))
            crank_deg = None if crank is None else _at(crank, heel.time_s, wrapped=True) + crank_offset_deg(side)
            feet[side] = FootTrace(
                side,
                heel.time_s,
                angle,
                "rider",
                crank_deg=crank_deg,
                crank_source=None if crank is None else "crank_angle",
                pitch_deg=None if pitch is None else _at(pitch, heel.time_s, wrapped=False),
            )
        return feet

    def _of_side(self, choices: Mapping[str, _Choice], side: Side, channel: str) -> _Choice | None:
        unnamed = choices.get(channel) if self._unnamed_side() == side else None
        return choices.get(f"{side}_{channel}") or unnamed

    def _unnamed_side(self) -> Side | None:
        """Whose foot a channel is that does not say so."""
        return self.options.side or self.file_side

    def _samples(self, choice: _Choice | None) -> _Samples | None:
        """Return a field's samples with their times; None where it has none."""
        if choice is None:
            return None
        column, rows = choice.column, self.times.rows
        values = column.values[rows]
        if values.dtype != float:
            return None
        values = values if values.ndim > 1 else values[:, None]
        widths = np.where(np.isfinite(values).any(axis=1), column.widths[rows], 0)
        inside = np.arange(values.shape[1]) < widths[:, None]
        flat, time_s = values[inside], array_times(self.times, widths)
        filled = np.flatnonzero(np.isfinite(flat))
        if not filled.size:
            return None
        whole = slice(filled[0], filled[-1] + 1)
        meaning = choice.meaning
        return _Samples(
            from_zero(time_s[whole], self.zero_s), flat[whole] * meaning.factor + meaning.turned_deg, choice.name
        )

    # ---- sensors

    def _sensors(self) -> dict[Side, ShoeSensor]:
        """Put each sensor under its side: the file's word, else the option, else the file's name."""
        unnamed = [group for group in self.groups if group.side is None]
        if len(self.groups) > 1 and unnamed:
            self.findings.append(finding("fit_sensors_unnamed", count=len(self.groups)))
        elif unnamed and self._unnamed_side() is None:
            self.findings.append(finding("sensor_side_needed"))
        sensors: dict[Side, ShoeSensor] = {}
        for group in self.groups:
            side = self._side_of(group)
            if side:
                sensors[side] = ShoeSensor(
                    side,
                    from_zero(group.gyr_time_s, self.zero_s),
                    group.gyr_deg_s,
                    from_zero(group.acc_time_s, self.zero_s),
                    group.acc_m_s2,
                    clock=self.sha256[:16],
                )
        return sensors

    def _side_of(self, group: SensorGroup) -> Side | None:
        return group.side or (self._unnamed_side() if len(self.groups) == 1 else None)

    def _advice(self, group: SensorGroup) -> str:
        if self._side_of(group):
            return ""
        return SIDE_ADVICE if len(self.groups) == 1 else "not read: the file does not say on which shoe it sat"


def _damage_findings(data: FitData) -> Iterator[Finding]:
    for item in data.damage[:_DAMAGE_SHOWN]:
        share = item.lost / max(data.size, item.byte + item.lost)
        yield finding("fit_damaged", byte=item.byte, what=item.what, share=share, lost_bytes=item.lost)
    more = data.damage[_DAMAGE_SHOWN:]
    if more:
        share = sum(item.lost for item in more) / data.size
        yield finding("fit_more_damage", count=len(more), share=share)
    if data.undescribed:
        yield finding("fit_undescribed_fields", count=data.undescribed)


def _at(samples: _Samples, time_s: Array, *, wrapped: bool) -> Array:
    """Return samples at other times [s]; NaN where no two neighbours enclose them closely."""
    if np.array_equal(samples.time_s, time_s):
        return samples.values
    known: NDArray[np.bool_] = np.isfinite(samples.values)
    own_s, values = samples.time_s[known], samples.values[known]
    smooth = np.unwrap(values, period=360.0) if wrapped else values
    after = np.clip(np.searchsorted(own_s, time_s), 1, max(len(own_s) - 1, 1))
    if len(own_s) < 2:
        return np.full(len(time_s), np.nan)
    near = own_s[after] - own_s[after - 1] <= 2.5 * np.median(np.diff(own_s))
    inside = (time_s >= own_s[0]) & (time_s <= own_s[-1])
    return np.where(near & inside, np.interp(time_s, own_s, smooth), np.nan)
