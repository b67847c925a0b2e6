"""Sessions made by hand for the report tests: strokes drawn from a known process, the decision made by the package."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

from bikefit.analysis.foot import unknown_rotation
from bikefit.comparison import ComparisonResult, compare_sessions
from bikefit.conventions import STROKE_ANGLES, STROKE_COLUMNS, Side
from bikefit.model import (
    Excess,
    FloatStop,
    FootResult,
    Neutral,
    Response,
    SessionResult,
    StrokeCurves,
    StrokeSummary,
    finding,
    reason,
)
from bikefit.wedge_systems import load_system
from bikefit.wedges import undetermined

from . import results

NUMBERS = (
    "value_deg", "standard_error_deg", "mean_deg", "power_phase_deg", "recovery_phase_deg", "peak_deg",
    "peak_crank_deg", "range_deg", "stroke_sd_deg", "trend_deg_per_h",
)  # fmt: skip

START, SPACING = datetime(2026, 11, 20, 14, 3, tzinfo=UTC), timedelta(minutes=12)

MEANS = (*(row.column for row in STROKE_ANGLES if row.code != "mean"), "range_deg")


def _read(curves: np.ndarray, phase: np.ndarray, window_deg: tuple[float, float] | None) -> np.ndarray:
    """Return the mean of each curve over a window, its highest value without one."""
    if window_deg is None:
        return curves.max(1)
    return curves[:, (phase > window_deg[0]) & (phase < window_deg[1])].mean(1)


def make_foot(
    side: Side,
    mean_deg: float,
    *,
    strokes: int = 800,
    fitted: int = 0,
    neutral_deg: float | None = 0.0,
    system: str = "bikefit-cleat",
    stop_deg: float | None = None,
    cleat_float_deg: float | None = None,
    power: bool = True,
    seed: int = 1,
) -> FootResult:
    """Draw autocorrelated strokes about a mean and decide on them as the package does."""
    rng = np.random.default_rng(seed)
    offset = np.zeros(strokes)
    for k in range(1, strokes):
        offset[k] = 0.6 * offset[k - 1] + rng.normal(0, 0.4)
    phase = (np.arange(100) + 0.5) * 3.6
    shape = 1.6 * np.sin(np.radians(phase - 60)) + 0.5 * np.sin(np.radians(2 * phase + 20))
    curves = mean_deg + offset[:, None] + shape + rng.normal(0, 0.15, (strokes, 100))
    if stop_deg is not None:
        curves = np.minimum(curves, stop_deg)
    cadence = 85 + 8 * np.sin(np.arange(strokes) / 60) + rng.normal(0, 1, strokes)
    ends = np.cumsum(60 / cadence)
    used = np.ones(strokes, dtype=bool)
    used[rng.choice(strokes, strokes // 20, replace=False)] = False
    reasons = np.where(used, None, rng.choice(["coasting", "gap", "cadence_jump"], strokes))
    table = pd.DataFrame(
        {
            "foot": side,
            "stroke": np.arange(strokes),
            "start_s": np.r_[0, ends[:-1]],
            "end_s": ends,
            "cadence_rpm": cadence,
            **{row.column: _read(curves, phase, row.window_deg) for row in STROKE_ANGLES},
            "peak_crank_deg": phase[curves.argmax(1)],
            "range_deg": np.ptp(curves, axis=1),
            "posture": None,
            "power_w": 200 + 40 * np.sin(np.arange(strokes) / 90) if power else math.nan,
            "spikes_repaired": 0,
            "quality": 0.97,
            "used": used,
            "reject_reason": reasons,
        }
    )[list(STROKE_COLUMNS)]
    values = table.loc[used, "mean_deg"].to_numpy()
    value, sd, count = float(values.mean()), float(values.std()), int(used.sum())
    return results.make_foot(
        side,
        value,
        error_deg=2 * sd / math.sqrt(count),
        neutral=Neutral("none", math.nan)
        if neutral_deg is None
        else Neutral("zero" if neutral_deg == 0 else "number", neutral_deg),
        fitted=fitted,
        used=count,
        found=strokes,
        rejected=table["reject_reason"].dropna().value_counts().to_dict(),
        cadence_rpm=float(cadence.mean()),
        numbers={
            **{name: float(table.loc[used, name].mean()) for name in MEANS},
            "peak_crank_deg": 147.6,
            "stroke_sd_deg": sd,
            "trend_deg_per_h": 0.31,
        },
        float_stop=None if stop_deg is None else FloatStop(0.42, stop_deg),
        system=system,
        decided=True,
        cleat_float_deg=cleat_float_deg,
        findings=(finding("zero_from_file", side=side),),
        table=table,
        curves=curves,
    )


def make_session(*feet: FootResult, name: str = "two_wedges.csv", system: str = "bikefit-cleat") -> SessionResult:
    """Put feet together as one session."""
    return results.make_session(
        *feet,
        name=name,
        start=START,
        to_s=max(float(np.max(foot.columns["end_s"], initial=0.0)) for foot in feet),
        system=system,
        findings=(finding("few_strokes", used=12, side="left"),),
    )


@cache
def two_wedges() -> SessionResult:
    """Return the founding case: right heel out, left neutral."""
    return make_session(make_foot("left", 0.2, seed=2), make_foot("right", 2.6, seed=3))


@cache
def before_after(prefix: str = "ride_") -> ComparisonResult:
    """Return three recordings of one rider: none, two wedges right, none again."""
    recordings = [
        make_session(
            make_foot("left", 0.2, seed=number, strokes=300),
            make_foot("right", mean, fitted=wedges, seed=10 + number, strokes=300),
            name=f"{prefix}{number}.csv",
        )
        for number, (mean, wedges) in enumerate(((3.1, 0), (1.2, 2), (3.0, 0)), start=1)
    ]
    numbered = [
        replace(each, recording=replace(each.recording, sha256=f"{number:064d}", start=START + number * SPACING))
        for number, each in enumerate(recordings, start=1)
    ]
    return compare_sessions(numbered)


def nothing_measured(foot: FootResult) -> FootResult:
    """Return a foot that was read but holds no used stroke."""
    nan = math.nan
    empty = foot.columns.rows(np.zeros(0, dtype=np.intp))
    rotation = unknown_rotation(foot.rotation.metric)
    product = load_system("bikefit-cleat")
    return replace(
        foot,
        strokes=StrokeSummary(0, 0, {}, nan, None, nan),
        rotation=rotation,
        excess=Excess(nan, nan, nan),
        recommendation=undetermined(product, [reason("no_strokes", side=foot.side)], Response(0.25, 0.5)),
        columns=empty,
        curves=StrokeCurves(foot.curves.heel_out_deg[:0]),
    )
