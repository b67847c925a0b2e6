"""Which foot is whose, and which way is positive: settled once, right after reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from bikefit.conventions import SIDES, Side, other_side
from bikefit.errors import RecordingError, flagged
from bikefit.io.options import ReadOptions
from bikefit.model import Array, Channel, FootTrace, Recording, finding

TDC_CHANNEL: Final = "tdc_pulse"
"""Companion whose time stamps are the RIGHT pedal's passes through top dead centre."""

_Kind = TypeVar("_Kind")


def apply_options(recording: Recording, options: ReadOptions) -> Recording:
    """Swap feet, turn signs and keep the foot that was asked for; RecordingError if that is not in the file."""
    if options.swap_sides:
        recording = _swapped(recording)
    if options.positive == "heel-in":
        recording = _negated(recording)
    if options.side is not None:
        recording = _asked(recording, options.side)
    if options.rate_hz is not None and all(item.code != "time_from_rate" for item in recording.findings):
        recording = replace(recording, findings=(*recording.findings, finding("rate_not_used")))
    return recording


def reader_side(options: ReadOptions) -> ReadOptions:
    """Return the options for a reader: ``side`` as the file would name that foot before any swap."""
    if options.side is None or not options.swap_sides:
        return options
    return replace(options, side=other_side(options.side))


def tdc_for(side: Side, right_tdc_s: Array) -> Array:
    """Return when this foot's pedal is at top dead centre: the left one midway between two passes of the right one."""
    if side == "right":
        return right_tdc_s
    midway: Array = (right_tdc_s[1:] + right_tdc_s[:-1]) / 2.0
    return midway


def _swapped(recording: Recording) -> Recording:
    """Exchange left and right of everything that hangs on a shoe; the crank stays the bike's."""
    pulses = recording.companions.get(TDC_CHANNEL)

    def exchanged(trace: FootTrace) -> FootTrace:
        """Return the trace of one foot as the other's."""
        side = other_side(trace.side)
        crank_deg = trace.crank_deg
        if crank_deg is not None and trace.crank_source == "crank_angle":
            crank_deg = crank_deg + 180.0
        tdc_s = tdc_for(side, pulses.time_s) if pulses is not None else trace.tdc_s
        return replace(trace, side=side, crank_deg=crank_deg, tdc_s=tdc_s)

    markers = recording.markers
    if markers is not None:
        markers = replace(
            markers, positions_mm={_other_name(key): value for key, value in markers.positions_mm.items()}
        )
    return replace(
        recording,
        feet=_in_order({other_side(side): exchanged(trace) for side, trace in recording.feet.items()}),
        sensors=_in_order(
            {other_side(side): replace(item, side=other_side(side)) for side, item in recording.sensors.items()}
        ),
        markers=markers,
    )


def _other_name(marker: str) -> str:
    """Return a marker's name with the other side."""
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if marker.startswith(side):
            return other + marker[len(side) :]
    return marker


def _negated(recording: Recording) -> Recording:
    """Make heel-out positive in traces where the file counts heel-in."""
    feet = {side: replace(trace, heel_out_deg=-trace.heel_out_deg) for side, trace in recording.feet.items()}
    findings = recording.findings
    if recording.sensors or recording.markers is not None:
        findings = (*findings, finding("positive_not_used"))
    return replace(recording, feet=feet, findings=findings)


def _asked(recording: Recording, side: Side) -> Recording:
    """Keep the foot that was asked for."""
    places = recording.markers.positions_mm if recording.markers is not None else {}
    marked: set[Side] = {own for own in SIDES if f"{own}_heel" in places}
    there: set[Side] = set(recording.feet) | set(recording.sensors) | marked
    if there and side not in there:
        raise RecordingError(
            f"{recording.name}: the {side} foot is not in this file, only the {other_side(side)} one. "
            + flagged(
                f"Use --side {other_side(side)}, or --swap-sides if the file has them exchanged.",
                f"Choose {other_side(side)}.",
            )
        )
    return only(recording, side)


def only(recording: Recording, side: Side) -> Recording:
    """Keep what hangs on one shoe, and what both share."""
    markers, other = recording.markers, f"{other_side(side)}_"
    if markers is not None:
        own = {name: place for name, place in markers.positions_mm.items() if not name.startswith(other)}
        markers = replace(markers, positions_mm=own)
    return replace(
        recording,
        feet={key: trace for key, trace in recording.feet.items() if key == side},
        sensors={key: sensor for key, sensor in recording.sensors.items() if key == side},
        markers=markers,
    )


def _in_order(items: Mapping[Side, _Kind]) -> dict[Side, _Kind]:
    """Return what hangs on the shoes, the left one first."""
    return {side: items[side] for side in SIDES if side in items}


def pulse_times(time_s: Array, pulse: Array) -> Channel:
    """Return the rising edges of a 0/1 column, one sample of 1 each; a missing value counts as 0."""
    high = np.nan_to_num(pulse) > 0.5
    edges = np.flatnonzero(high[1:] & ~high[:-1]) + 1
    return Channel(time_s[edges], np.ones(edges.size))
