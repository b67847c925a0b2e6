"""Rides with a known truth as FIT bytes: every record says which fields it holds, in any way of recording."""

from dataclasses import dataclass, field

import numpy as np

from helpers.fit_bytes import STAMP, T0, Part, pack

SIZES = {0x02: 1, 0x83: 2, 0x84: 2, 0x85: 4}
NONE = {0x83: 0x7FFF, 0x84: 0xFFFF, 0x02: 0xFF}
OWN = {"left_heel_rotation": (0, 0x83), "right_heel_rotation": (1, 0x83), "crank_angle": (2, 0x84)}
"""Fields of an app: number and base type; all in hundredths of a degree."""
NATIVE = {"power": (7, 0x84), "cadence": (4, 0x02), "position_lat": (0, 0x85), "heart_rate": (3, 0x02)}
CADENCE = 90.0


def truth(name, time_s, rpm=CADENCE):
    """Return what a field is at FIT seconds after T0: wandering a little, so no time looks like another."""
    turns = np.asarray(time_s) * rpm / 60
    drift = 0.8 * np.sin(2 * np.pi * np.asarray(time_s) / 47.3)
    if name == "crank_angle":
        return (360 * turns) % 360
    return {"left_heel_rotation": 6.0, "right_heel_rotation": 9.0}[name] + drift + 4.0 * np.sin(2 * np.pi * turns)


@dataclass
class Record:
    """A record: its stamp, and for each array field when its samples were taken; other fields by value."""

    stamp: float
    arrays: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    filled: bool = True


def spread(start_s, lasts_s=1.0, n=25):
    """Return the times of n samples from a start on."""
    return start_s + lasts_s * np.arange(n) / n


def ride_bytes(records, *, big=False, compressed=False, fields=tuple(OWN)):
    """Write records, each by the definition that its fields need."""
    part = Part().define(0, 0, [(0, 1, 0), (4, 4, 0x86)]).data(0, bytes([4]) + pack(0x86, T0)).app()
    for name in fields:
        number, base = OWN[name]
        part.describe(number, base, name.encode(), b"deg", scale=100)
    locals_of, defined, last = {}, {}, None
    for record in records:
        shape = (tuple((name, len(times)) for name, times in record.arrays.items()), tuple(record.values))
        short = compressed and last is not None and 0 <= record.stamp - last < 32
        key = (shape, short)
        if key not in locals_of:
            local = locals_of[key] = 1 + len(locals_of) if not short else len([k for k in locals_of if k[1]])
            if (short and local > 3) or local > 14:
                raise ValueError("too many kinds of record")
        plain = [(NATIVE[name][0], SIZES[NATIVE[name][1]], NATIVE[name][1]) for name in record.values]
        own = [(OWN[name][0], 2 * size, 0) for name, size in shape[0]]
        local = locals_of[key]
        if defined.get(local) != key:
            part.define(local, 20, [*([] if short else [STAMP]), *plain], own=own or None, big=big)
            defined[local] = key
        payload = b"" if short else pack(0x86, int(T0 + record.stamp), big=big)
        payload += b"".join(pack(NATIVE[name][1], value, big=big) for name, value in record.values.items())
        for name, times in record.arrays.items():
            base = OWN[name][1]
            stored = (
                np.round(100 * truth(name, times)).astype(int) if record.filled else np.full(len(times), NONE[base])
            )
            payload += pack(base, *(stored % 36000 if base == 0x84 and record.filled else stored).tolist(), big=big)
        if short:
            part.compressed(local, int(T0 + record.stamp) % 32, payload)
        else:
            part.data(local, payload)
        last = record.stamp
    return part


def assert_true_times(recording, *, offset_s=0.0, atol_deg=0.02, coverage=None, from_s=0.0):
    """Assert that every sample of both feet is the truth at its time; times count from ``from_s`` after T0."""
    for side, trace in recording.feet.items():
        name = f"{side}_heel_rotation"
        true = truth(name, trace.time_s + from_s + offset_s)
        np.testing.assert_allclose(trace.heel_out_deg, true, atol=atol_deg, err_msg=name)
        if trace.crank_deg is not None:
            crank = truth("crank_angle", trace.time_s + from_s + offset_s) + (180 if side == "left" else 0)
            off = (trace.crank_deg - crank + 180) % 360 - 180
            assert np.nanmax(np.abs(off)) < 0.1, name
        if coverage is not None:
            assert trace.time_s.size == coverage, name
