"""FIT files as recordings: rotation from developer fields of ``record``, sensors, and what accompanies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from bikefit.conventions import Side
from bikefit.errors import RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.fit.channels import field_infos
from bikefit.io.fit.choice import Choice, choose_fields
from bikefit.io.fit.companions import companion_series, created, laps_of
from bikefit.io.fit.decoder import Column, FitData, decode_bytes
from bikefit.io.fit.fields import side_of
from bikefit.io.fit.sensors import read_groups
from bikefit.io.fit.times import RecordTimes, array_times, from_zero, moment, record_stamps, record_times, utc_shift_s
from bikefit.io.names import Meaning
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.series import Parts, Series
from bikefit.io.source import Source, load
from bikefit.model import Array, Finding, Recording, finding
from bikefit.words import ENGLISH

_DAMAGE_SHOWN: Final = 5


def read_fit(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> Recording:
    """Read a FIT file: rotation from developer fields of ``record``, shoe sensors, companions and laps.

    1. Everything whole is decoded; damage is a finding, or a RecordingError where ``options.strict`` is set.
    2. The samples of an array field spread evenly over the time from its record to the next.
    3. Seconds since switching on become UTC where the file correlates the two.
    4. Time runs from the first sample of records and sensors.
    """
    source = load(path, strict=options.strict)
    data = decode_bytes(source.data, path.name)
    if options.strict and data.damage:
        first = data.damage[0]
        what = ENGLISH.word("fit_damage", first.what)
        raise RecordingError(
            f"{path.name}: the file is damaged at byte {first.byte}: {what}. Leave out --strict to read what is whole."
        )
    return assemble(_parts(data, source, side_of_file=side_of(path.stem), asked=options.columns), options)


def _parts(data: FitData, source: Source, *, side_of_file: Side | None, asked: Mapping[str, str]) -> Parts:
    """Return what one file holds."""
    record: Mapping[str, Column] = data.get("record", {})
    choices = choose_fields(record, asked, source.name)
    shift_s = utc_shift_s(data)
    stamps = record_stamps(data["record"], shift_s) if "record" in data else np.zeros(0)
    if "time" in choices.by_channel:
        stamps = _own_stamps(choices.by_channel["time"], stamps)
    times = record_times(stamps)
    groups, found = read_groups(data, shift_s)
    zero_s = min([group.first_s for group in groups] + times.start_s[:1].tolist(), default=0.0)
    fields = [
        _field_series(choice, channel, times, zero_s)
        for channel, choice in choices.by_channel.items()
        if channel != "time"
    ]
    companions = companion_series(record, times, zero_s, choices.by_channel)
    named = [group for group in groups if group.side is not None or len(groups) == 1]
    series = (
        *(item for item in fields if item is not None),
        *(item for items in companions.values() for item in items),
        *(item for group in named for item in group.series(zero_s)),
    )
    ends = [item.time_s[-1] for item in series] + [group.last_s - zero_s for group in groups]
    to_s = float(max([*ends, *(times.start_s[-1:] - zero_s).tolist()], default=0.0))
    unnamed = (finding("fit_sensors_unnamed", count=len(groups)),) if len(named) < len(groups) else ()
    meanings = {field: Meaning(items[-1].channel, None).canonical for field, items in companions.items()}
    meanings |= {choice.key: Meaning(channel, None).canonical for channel, choice in choices.by_channel.items()}
    dropped = (finding("fit_stamps_dropped", count=times.dropped, kind="record"),) if times.dropped else ()
    return Parts(
        name=source.name,
        format="fit",
        sha256=source.sha256,
        series=series,
        start=moment(zero_s) or created(data),
        to_s=to_s,
        side=side_of_file,
        clock=source.sha256[:16],
        laps=laps_of(data, shift_s, zero_s, to_s),
        channels=(
            *field_infos(data, times, meanings, choices.notes),
            *(info for group in groups for info in group.infos(known=group in named)),
        ),
        findings=(
            *source.findings, *_damage_findings(data), *dropped, *found, *choices.findings, *unnamed
        ),
    )  # fmt: skip


def _own_stamps(choice: Choice, stamps: Array) -> Array:
    """Return time stamps by a field that ``--column`` names as time, from its first record's own stamp on."""
    values = choice.column.values
    if values.ndim > 1 or values.dtype != float:
        return stamps
    own_s = values * choice.meaning.factor
    both = np.flatnonzero(np.isfinite(own_s) & np.isfinite(stamps))
    return stamps[both[0]] + (own_s - own_s[both[0]]) if both.size else stamps


def _field_series(choice: Choice, channel: str, times: RecordTimes, zero_s: float) -> Series | None:
    """Return a field's samples with their times; None where it has none."""
    column, rows = choice.column, times.rows
    values = column.values[rows]
    if values.dtype != float:
        return None
    values = values if values.ndim > 1 else values[:, None]
    widths = np.where(np.isfinite(values).any(axis=1), column.widths[rows], 0)
    inside = np.arange(values.shape[1]) < widths[:, None]
    flat, time_s = values[inside], array_times(times, widths)
    filled = np.flatnonzero(np.isfinite(flat))
    if not filled.size:
        return None
    whole = slice(filled[0], filled[-1] + 1)
    meaning = choice.meaning
    in_unit = flat[whole] * meaning.factor + meaning.turned_deg
    return Series(channel, from_zero(time_s[whole], zero_s), in_unit, choice.name)


def _damage_findings(data: FitData) -> Iterator[Finding]:
    """Tell what of the file is not whole."""
    for item in data.damage[:_DAMAGE_SHOWN]:
        share = item.lost / max(data.size, item.byte + item.lost)
        yield finding("fit_damaged", byte=item.byte, what=item.what, share=share, lost_bytes=item.lost)
    more = data.damage[_DAMAGE_SHOWN:]
    if more:
        share = sum(item.lost for item in more) / data.size
        yield finding("fit_more_damage", count=len(more), share=share)
    if data.undescribed:
        yield finding("fit_undescribed_fields", count=data.undescribed)
