"""From the stroke table to the foot's rotation: mean, how surely it is known, trend, float stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bikefit.conventions import METRICS, STROKE_ANGLES, Z95, Metric
from bikefit.model import Array, Finding, Rotation, StrokeCurves, finding
from bikefit.quantiles import t_quantile
from bikefit.rotation.float_stop import find_float_stop
from bikefit.settings import Settings
from bikefit.signals import BLOCK, circular_mean_deg, long_run_variance, mean_with_error

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["summarise_rotation"]

BLOCK_S = 30.0
"""Length of the blocks whose means the standard error is held against."""
TREND_ERRORS = 3.0
"""A drift is reported when it is this many times its own standard error."""
TREND_CHANGE_DEG = 0.3
"""A drift is reported when it moves the foot at least this far over the recording."""


def summarise_rotation(
    strokes: pd.DataFrame,
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
    strokes : DataFrame
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
        Drift and float stop.

    Notes
    -----
    The standard error uses the long-run variance (`bikefit.signals.mean_with_error`): strokes resemble their
    neighbours, and the error of independent strokes would be far too small.

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
    used = strokes["used"].to_numpy(dtype=np.bool_)
    side = str(strokes["foot"].iloc[0]) if len(strokes) else ""
    column = {name: strokes[name].to_numpy(dtype=np.float64)[used] for name in _AVERAGED}
    value, error, dof = mean_with_error(column[METRICS[metric].column], _block(column["start_s"], column["end_s"]))
    middle_s = 0.5 * (column["start_s"] + column["end_s"])
    trend, trend_error = _trend_deg_per_h(middle_s, column["mean_deg"])
    stop = find_float_stop(curves.heel_out_deg[used], cleat_float_deg)
    findings: list[Finding] = []
    lasted_h = float(middle_s[-1] - middle_s[0]) / 3600.0 if middle_s.size else 0.0
    if (
        abs(trend) > settings.drift_warn_deg_per_h
        and abs(trend) > TREND_ERRORS * trend_error
        and abs(trend) * lasted_h > TREND_CHANGE_DEG
    ):
        findings.append(finding("drift", side=side, deg_per_h=trend, deg=trend * lasted_h))
    if stop is not None:
        findings.append(finding("float_stop", side=side, percent=100.0 * stop.share, deg=stop.deg))
    rotation = Rotation(
        metric=metric,
        value_deg=value,
        standard_error_deg=error,
        sd_deg=t_quantile(dof) / Z95 * error if math.isfinite(error) else math.nan,
        angles_deg={row.column: _mean(column[row.column]) for row in STROKE_ANGLES},
        peak_crank_deg=circular_mean_deg(column["peak_crank_deg"]) if is_crank else math.nan,
        range_deg=_mean(column["range_deg"]),
        stroke_sd_deg=float(np.std(column["mean_deg"], ddof=1)) if middle_s.size > 1 else math.nan,
        trend_deg_per_h=trend,
        float_stop=stop,
    )
    return rotation, tuple(findings)


_AVERAGED = ("start_s", "end_s", *(row.column for row in STROKE_ANGLES), "peak_crank_deg", "range_deg")


def _block(start_s: Array, end_s: Array) -> int:
    """Return how many strokes make a block."""
    lasts_s = float(np.median(end_s - start_s)) if end_s.size else 0.0
    return max(1, round(BLOCK_S / lasts_s)) if lasts_s > 0.0 else BLOCK


def _mean(values: Array) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _trend_deg_per_h(time_s: Array, values: Array) -> tuple[float, float]:
    """Return the slope of a line through the values and its standard error, which respects autocorrelation."""
    if values.size < 3:
        return math.nan, math.nan
    hours = (time_s - time_s.mean()) / 3600.0
    spread = float(hours @ hours)
    slope = float(hours @ (values - values.mean())) / spread
    rest = values - values.mean() - slope * hours
    variance = max(long_run_variance(rest)[0], float(rest.var()))
    return slope, math.sqrt(variance / spread)
