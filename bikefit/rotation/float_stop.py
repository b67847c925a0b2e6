"""Does the foot rest against the end of the cleat's float?"""

from __future__ import annotations

import math

import numpy as np

from bikefit.model import Array, FloatStop
from bikefit.settings import DEFAULTS, Settings

STROKES_MAX = 2000
"""At most so many strokes, evenly spread, are looked at."""
AVERAGED = 5
"""Points of a curve that are averaged against noise."""
NEAR_SDS = 2.5
"""A point is at the stop within so many standard deviations of the noise, however near that is."""


def find_float_stop(
    curves_deg: Array, cleat_float_deg: float | None, settings: Settings = DEFAULTS
) -> FloatStop | None:
    """Find an angle at which all strokes stop.

    A stop shows in two ways: the furthest angle is the same in each stroke while the opposite end varies, and the
    foot stays there longer than at the round top of a free movement. Both are asked for. If the foot moves through
    about the whole float that was stated, one of them is enough. A foot that varies hardly at all from stroke to
    stroke gives no evidence of the first kind.
    """
    rows = np.flatnonzero(np.isfinite(curves_deg.sum(axis=1)))  # one missing point makes the sum missing
    if rows.size < settings.float_stop_strokes_min:
        return None
    known = curves_deg[rows[:: -(-rows.size // STROKES_MAX)]]
    wrapped = np.concatenate([known, known[:, : AVERAGED - 1]], axis=1)
    running = np.cumsum(np.pad(wrapped, ((0, 0), (1, 0))), axis=1)
    averaged = (running[:, AVERAGED:] - running[:, :-AVERAGED]) / AVERAGED
    noise = float(np.median(np.abs(known - averaged))) * 1.4826 / math.sqrt(AVERAGED)
    top, bottom = averaged.max(axis=1), averaged.min(axis=1)
    whole = 0.0 if cleat_float_deg is None else float(np.quantile(top, 0.9) - np.quantile(bottom, 0.1))
    uses_float = cleat_float_deg is not None and abs(whole - cleat_float_deg) < settings.float_stop_margin_deg
    stops = [
        _stop_at_top(sign * averaged, sign * furthest, sign * opposite, noise, uses_float, sign, settings)
        for sign, furthest, opposite in ((1.0, top, bottom), (-1.0, bottom, top))
    ]
    found = [stop for stop in stops if stop is not None]
    return max(found, key=lambda stop: stop.share) if found else None


def _stop_at_top(
    averaged: Array, top: Array, bottom: Array, noise: float, uses_float: bool, sign: float, settings: Settings
) -> FloatStop | None:
    """Judge the upper end of curves that may have been turned over (sign -1)."""
    near = max(settings.float_stop_near_deg, NEAR_SDS * noise)
    near_top, most_top, level = np.quantile(top, (0.6, 0.95, 0.75)).tolist()
    level = float(np.median(averaged[averaged > level - 2.0 * near]))  # noise lifts the strokes' furthest points
    half_range = 0.5 * float(np.median(top - bottom))
    if half_range <= near:
        return None
    dwell = np.count_nonzero(averaged > level - near) / averaged.size
    round_top = math.acos(1.0 - near / half_range) / math.pi
    least_bottom, most_bottom = np.quantile(bottom, (0.1, 0.9)).tolist()
    varies = most_bottom - least_bottom
    over = 2.0 * (most_top - near_top)
    sharp = varies > settings.float_stop_varies_deg and over < settings.float_stop_sharp_share * varies
    dwells = dwell > settings.float_stop_dwell_ratio * round_top + settings.float_stop_dwell_more_share
    if not ((sharp and dwells) or (uses_float and (sharp or dwells))):
        return None
    approach = np.count_nonzero(averaged > level - 2.0 * near) / averaged.size - dwell
    return FloatStop(share=max(dwell - approach, 0.0), deg=sign * level)
