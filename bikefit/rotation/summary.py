"""The used strokes of one foot summed up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bikefit.conventions import METRICS, STROKE_ANGLES, Z95, Metric
from bikefit.model import Array, Finding, LevelChange, Rotation, StrokeColumns, StrokeCurves, finding
from bikefit.quantiles import normal_sd
from bikefit.rotation.float_stop import find_float_stop
from bikefit.rotation.level import find_level_change, slope_with_error, stretches_of_their_own
from bikefit.settings import Settings
from bikefit.signals import BLOCK, circular_mean_deg, mean_with_error

if TYPE_CHECKING:
    import pandas as pd

BLOCK_S = 30.0
"""Length of the blocks whose means the standard error is held against."""


def summarise_rotation(
    strokes: StrokeColumns | pd.DataFrame,
    curves: StrokeCurves,
    metric: Metric,
    settings: Settings,
    *,
    is_crank: bool,
    cleat_float_deg: float | None = None,
) -> tuple[Rotation, tuple[Finding, ...]]:
    """Summarise the used strokes of one foot.

    Parameters
    ----------
    strokes : StrokeColumns or DataFrame
        The stroke table of one foot.
    curves : StrokeCurves
        Its curves, row by row.
    metric : str
        What of each stroke the rotation is the mean of.
    settings : Settings
        Thresholds of the findings.
    is_crank : bool
        Whether the phase is the crank's; without it what needs crank angles is NaN.
    cleat_float_deg : float, optional
        Total float of the cleat [deg]; it sharpens the search for a float stop.

    Returns
    -------
    rotation : Rotation
        The mean over strokes, one vote each, its standard error and 95 % interval; NaN where there are too few.
    findings : tuple of Finding
        Change of level, drift and float stop.

    Notes
    -----
    The standard error uses the long-run variance (`bikefit.signals.mean_with_error`): strokes resemble their
    neighbours, and the error of independent strokes would be far too small. Where the foot changed its level within the
    ride, the error is at least so large that the interval holds both levels.

    Examples
    --------
    >>> import pandas as pd
    >>> from bikefit.conventions import STROKE_COLUMNS
    >>> table = pd.DataFrame({name: np.linspace(1.0, 2.0, 40) for name in STROKE_COLUMNS})
    >>> table["used"] = True
    >>> rotation, _ = summarise_rotation(table, StrokeCurves(np.ones((40, 100))), "mean", Settings(), is_crank=False)
    >>> rotation.value_deg
    1.5
    """
    used = np.asarray(strokes["used"], dtype=np.bool_)
    side = str(np.asarray(strokes["foot"])[0]) if len(strokes) else ""
    column = {name: np.asarray(strokes[name], dtype=np.float64)[used] for name in _AVERAGED}
    value, error, sd, level = _by_metric(strokes, curves, metric, settings)
    middle_s = 0.5 * (column["start_s"] + column["end_s"])
    slope = slope_with_error(middle_s, column["mean_deg"])
    findings = [*_level_findings(level, side), *_drift_findings(middle_s, slope, level, settings, side)]
    stop = find_float_stop(curves.heel_out_deg[used], cleat_float_deg, settings)
    if stop is not None:
        findings.append(finding("float_stop", side=side, percent=100.0 * stop.share, deg=stop.deg))
    rotation = Rotation(
        metric=metric,
        value_deg=value,
        standard_error_deg=error,
        sd_deg=sd,
        angles_deg={row.column: _mean(column[row.column]) for row in STROKE_ANGLES},
        peak_crank_deg=circular_mean_deg(column["peak_crank_deg"]) if is_crank else math.nan,
        range_deg=_mean(column["range_deg"]),
        stroke_sd_deg=float(np.std(column["mean_deg"], ddof=1)) if middle_s.size > 1 else math.nan,
        trend_deg_per_h=_trend_deg_per_h(middle_s, slope[0], settings),
        float_stop=stop,
        level_change=level,
    )
    return rotation, tuple(findings)


def with_metric(
    rotation: Rotation, strokes: StrokeColumns, curves: StrokeCurves, metric: Metric, settings: Settings
) -> Rotation:
    """Return a foot's rotation by another metric than its own; float stop, range and all else are the foot's."""
    value, error, sd, level = _by_metric(strokes, curves, metric, settings)
    return replace(rotation, metric=metric, value_deg=value, standard_error_deg=error, sd_deg=sd, level_change=level)


def _by_metric(
    strokes: StrokeColumns | pd.DataFrame, curves: StrokeCurves, metric: Metric, settings: Settings
) -> tuple[float, float, float, LevelChange | None]:
    """Return mean, standard error, the same as of a normal distribution, and the change of level of one angle."""
    start_s, end_s, values = (
        np.asarray(strokes[name], dtype=np.float64) for name in ("start_s", "end_s", METRICS[metric].column)
    )
    used = np.asarray(strokes["used"], dtype=np.bool_)
    value, error, dof = mean_with_error(values[used], _block(start_s[used], end_s[used]))
    own = stretches_of_their_own(np.asarray(strokes["reject_reason"]), curves.heel_out_deg, settings)
    posture = np.asarray(strokes["posture"])
    # out of the saddle a foot has a level of its own
    alike = (posture == "") | np.isin(posture, list(set(posture[used])))
    told = used | (own & alike & np.isfinite(values))
    level = find_level_change(0.5 * (start_s + end_s)[told], values[told], settings)
    of_levels = _sd_of_levels(level, value)
    return value, max(error, of_levels), max(normal_sd(error, dof), of_levels), level


_AVERAGED = ("start_s", "end_s", *(row.column for row in STROKE_ANGLES), "peak_crank_deg", "range_deg")


def _block(start_s: Array, end_s: Array) -> int:
    """Return how many strokes make a block."""
    lasts_s = float(np.median(end_s - start_s)) if end_s.size else 0.0
    return max(1, round(BLOCK_S / lasts_s)) if lasts_s > 0.0 else BLOCK


def _mean(values: Array) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _sd_of_levels(level: LevelChange | None, value_deg: float) -> float:
    """Return the standard deviation [deg] whose 95 % interval just holds both levels; 0 where the foot kept its own."""
    if level is None:
        return 0.0
    return max(level.high_deg - value_deg, value_deg - level.low_deg) / Z95 + level.error_deg


def _level_findings(level: LevelChange | None, side: str) -> tuple[Finding, ...]:
    """Say between which levels the foot stepped."""
    if level is None or level.kind != "steps":
        return ()
    return (finding("level_shift", side=side, low=level.low_deg, high=level.high_deg, at_s=level.at_s),)


def _drift_findings(
    time_s: Array, slope_with_its_error: tuple[float, float], level: LevelChange | None, settings: Settings, side: str
) -> tuple[Finding, ...]:
    """Say how far the foot drifted, where that is sure and no step; the trend per hour is not known of a short ride."""
    if time_s.size < 3 or (level is not None and level.kind == "steps"):
        return ()
    slope, error = slope_with_its_error
    deg = slope * float(time_s[-1] - time_s[0])
    fast = abs(slope) * 3600.0 > settings.drift_warn_deg_per_h
    if not (fast and abs(slope) > settings.drift_warn_errors * error and abs(deg) > settings.drift_warn_min_deg):
        return ()
    return (finding("drift", side=side, deg=deg, deg_per_h=_trend_deg_per_h(time_s, slope, settings)),)


def _trend_deg_per_h(time_s: Array, slope: float, settings: Settings) -> float:
    """Return a slope per second by the hour [deg/h]; NaN where the ride is too short to speak of hours."""
    if time_s.size < 3 or time_s[-1] - time_s[0] < settings.trend_min_s:
        return math.nan
    return 3600.0 * slope
