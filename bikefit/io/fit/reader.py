"""FIT files as recordings: rotation from developer fields of ``record``, sensors, and what accompanies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.errors import RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.fit.channels import field_infos
from bikefit.io.fit.choice import Choice, Choices, choose_fields
from bikefit.io.fit.column import Column
from bikefit.io.fit.companions import companion_series, created, laps_of
from bikefit.io.fit.decoder import FitData, decode_bytes
from bikefit.io.fit.fields import side_of
from bikefit.io.fit.records import RecordClock, samples
from bikefit.io.fit.sensors import read_groups, sensor_stamps
from bikefit.io.fit.span import Span, ride_span
from bikefit.io.fit.times import (
    from_zero,
    moment,
    numbers,
    on_utc,
    stamp_fractions,
    stamps_by_counter,
    utc_shift_s,
)
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
    2. The samples of an array field spread evenly over the time from its record to the next that holds the field.
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
    own_time = choices.by_channel.get("time")
    shift_s = utc_shift_s(data)
    stamps_s = sensor_stamps(data, shift_s)
    if "record" in data:
        stamps_s["record"] = on_utc(numbers(data["record"], "timestamp"), shift_s)
    span = ride_span(stamps_s)
    clock = _record_clock(data, span, stamps_s.get("record", np.zeros(0)), own_time)
    groups, found = read_groups(data, shift_s, span)
    fields, unsettled = _field_series(choices, clock)
    companions, shortened = companion_series(record, clock, choices.by_channel)
    misplaced = tuple(clock.findings())
    of_records = [*fields, *(item for items in companions.values() for item in items)]
    zero_s = min([*(group.first_s for group in groups), *clock.first_s()], default=0.0)
    named = [group for group in groups if group.side is not None or len(groups) == 1]
    series = (
        *_on_zero(of_records, zero_s),
        *(item for group in named for item in group.series(zero_s)),
    )
    ends = [*(group.last_s - zero_s for group in groups), *(last_s - zero_s for last_s in clock.last_s())]
    to_s = float(max([*(item.time_s[-1] for item in series), *ends], default=0.0))
    unnamed = (finding("fit_sensors_unnamed", count=len(groups)),) if len(named) < len(groups) else ()
    meanings = {field: Meaning(items[-1].channel, None).canonical for field, items in companions.items()}
    meanings |= {choice.key: Meaning(channel, None).canonical for channel, choice in choices.by_channel.items()}
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
            *field_infos(data, clock, meanings, choices.notes),
            *(info for group in groups for info in group.infos(known=group in named)),
        ),
        findings=(
            *source.findings, *_damage_findings(data), *span.findings(stamps_s), *misplaced, *found,
            *choices.findings, *unsettled, *shortened, *unnamed,
        ),
    )  # fmt: skip


def _on_zero(items: Sequence[Series], zero_s: float) -> Iterator[Series]:
    """Give channels in seconds from the recording's zero; those that share times do so still."""
    known: dict[int, tuple[Array, slice | NDArray[np.intp]]] = {}
    for item in items:
        if id(item.time_s) not in known:
            known[id(item.time_s)] = from_zero(item.time_s, zero_s)
        time_s, rows = known[id(item.time_s)]
        yield replace(item, time_s=time_s, values=item.values[rows])


def _record_clock(data: FitData, span: Span, stamp_s: Array, own_time: Choice | None) -> RecordClock:
    """Return the times of records: of the ride alone, with what an app's own field says of them."""
    within_s = np.where(span.holds(stamp_s), stamp_s, np.nan)
    if own_time is not None:
        own_s = own_time.column.element(0) * own_time.meaning.factor
        return RecordClock(stamps_by_counter(own_s, within_s), np.full(stamp_s.size, np.nan))
    return RecordClock(within_s, stamp_fractions(data["record"]) if "record" in data else stamp_s)


def _field_series(choices: Choices, clock: RecordClock) -> tuple[list[Series], list[Finding]]:
    """Return the samples of an app's own fields, in FIT seconds, and which fields could not be read."""
    read = {channel: choice for channel, choice in choices.by_channel.items() if channel != "time"}
    found, findings = samples(read.values(), clock)
    series = []
    for channel, choice in read.items():
        if choice.key in found:
            time_s, values = found[choice.key]
            with np.errstate(over="ignore"):  # a wild number may become infinite, which is then missing
                in_unit = values if choice.meaning.factor == 1.0 else values * choice.meaning.factor
                in_unit = in_unit + choice.meaning.turned_deg if choice.meaning.turned_deg else in_unit
            series.append(Series(channel, time_s, in_unit, choice.name))
    return series, findings


def _damage_findings(data: FitData) -> Iterator[Finding]:
    """Tell what of the file is not whole."""
    for item in data.damage[:_DAMAGE_SHOWN]:
        share = item.lost / max(data.size, item.byte + item.lost)
        yield finding("fit_damaged", byte=item.byte, what=item.what, share=share, lost_bytes=item.lost)
    more = data.damage[_DAMAGE_SHOWN:]
    if more:
        share = sum(item.lost for item in more) / data.size
        yield finding("fit_more_damage", count=len(more), share=share)
    if data.unsure_stamps:
        yield finding("fit_times_behind_break", count=data.unsure_stamps)
    if data.undescribed:
        yield finding("fit_undescribed_fields", count=data.undescribed)
