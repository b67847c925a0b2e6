"""Results made by hand: the one place where tests build a foot, a session or a recommendation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from bikefit.conventions import STROKE_ANGLES, STROKE_COLUMNS, Side
from bikefit.model import (
    NO_TURN,
    CleatTurn,
    Excess,
    Finding,
    FloatStop,
    FootResult,
    Neutral,
    NextStep,
    Reason,
    Recommendation,
    RecordingInfo,
    Response,
    ResponseUsed,
    Rotation,
    SessionResult,
    StrokeColumns,
    StrokeCurves,
    StrokeSummary,
    reason,
)
from bikefit.settings import Settings
from bikefit.wedge_systems import load_system
from bikefit.wedges import recommend, undetermined

NAN = math.nan
OWN_ZERO = Neutral("zero", 0.0)
RIDE = NextStep("ride")
NUMBERS = {
    **{row.column: NAN for row in STROKE_ANGLES},
    "peak_crank_deg": NAN,
    "range_deg": 2.0,
    "stroke_sd_deg": 0.3,
    "trend_deg_per_h": 0.0,
}
"""What a foot's rotation holds besides its value, unless told otherwise."""


VERSION = "0.1.0"
"""The version that made results claim; any but the present one, so that it is seen where it is shown."""


def make_foot(
    side: Side,
    value_deg: float,
    *,
    error_deg: float = 0.1,
    zero_sd_deg: float = 0.8,
    neutral: Neutral = OWN_ZERO,
    fitted: int = 0,
    used: int = 40,
    found: int | None = None,
    rejected: Mapping[str, int] | None = None,
    cadence_rpm: float = 90.0,
    reference: str = "crank_angle",
    metric: str = "mean",
    numbers: Mapping[str, float] | None = None,
    float_stop: FloatStop | None = None,
    system: str = "bikefit-cleat",
    decided: bool = False,
    cleat_float_deg: float | None = None,
    findings: tuple[Finding, ...] = (),
    table: pd.DataFrame | None = None,
    curves: np.ndarray | None = None,
) -> FootResult:
    """Return a foot of the given rotation; decided on as the package does, or left undetermined."""
    if curves is None:
        curves = value_deg + np.random.default_rng(used).normal(0, 0.3, (used, 100))
    if table is None:
        table = pd.DataFrame({name: np.full(len(curves), np.nan) for name in STROKE_COLUMNS}).assign(used=True)
    excess = Excess(value_deg - neutral.deg, error_deg, zero_sd_deg, lower_bound=float_stop is not None)
    settings, product = Settings(), load_system(system)
    response = Response(settings.response_mean, settings.response_sd)
    if decided and math.isfinite(excess.deg):
        advised = recommend(
            excess, response, fitted, product, settings,
            cleat_float_deg=cleat_float_deg, at_float_stop=float_stop is not None,
        )  # fmt: skip
    else:
        advised = undetermined(product, [reason("neutral_needed", side=side)], response)
    told = {**NUMBERS, "mean_deg": value_deg, **(numbers or {})}
    return FootResult(
        side=side,
        strokes=StrokeSummary(used if found is None else found, used, rejected or {}, cadence_rpm, reference, 0.97),  # type: ignore[arg-type]
        rotation=Rotation(
            metric=metric,  # type: ignore[arg-type]
            value_deg=value_deg,
            standard_error_deg=error_deg,
            sd_deg=error_deg,
            angles_deg={row.column: told[row.column] for row in STROKE_ANGLES},
            float_stop=float_stop,
            **{name: told[name] for name in ("peak_crank_deg", "range_deg", "stroke_sd_deg", "trend_deg_per_h")},
        ),
        neutral=neutral,
        excess=excess,
        recommendation=advised,
        findings=findings,
        fitted_wedges=fitted,
        columns=StrokeColumns.of(table),
        curves=StrokeCurves(curves),
    )


def make_session(
    *feet: FootResult,
    name: str = "two_wedges.csv",
    sha256: str = "ab" * 32,
    format: str = "csv",
    start: datetime | None = None,
    from_s: float = 0.0,
    to_s: float = 300.0,
    system: str = "bikefit-cleat",
    findings: Iterable[Finding] = (),
) -> SessionResult:
    """Return feet put together as one session."""
    values = {foot.side: foot.excess.deg for foot in feet}
    return SessionResult(
        recording=RecordingInfo(name, sha256, format, start, from_s, to_s, to_s - from_s, 100.0),
        settings=Settings().to_dict(),
        system=load_system(system),
        asymmetry_deg=values.get("left", NAN) - values.get("right", NAN),
        findings=tuple(findings),
        feet={foot.side: foot for foot in feet},
        version=VERSION,
    )


def make_recommendation(
    outcome: str,
    total: int | None,
    fitted: int = 0,
    source: str = "assumption",
    reasons: tuple[Reason, ...] = (),
    cleat: CleatTurn = NO_TURN,
    step: NextStep = RIDE,
) -> Recommendation:
    """Return advice of the given outcome and signed count, its numbers plausible."""
    known = total is not None
    return Recommendation(
        outcome=outcome,  # type: ignore[arg-type]
        wedges=abs(total) if total is not None else None,
        placement=None if not total else "varus" if total > 0 else "valgus",
        change=total - fitted if total is not None else None,
        system="bikefit-cleat",
        cant_deg=float(total) if total is not None else NAN,
        expected_deg=3.5 if known else NAN,
        interval_deg=(-0.4, 6.1) if known else None,
        chance_closer=0.68 if known else NAN,
        chance_worse=0.32 if known else NAN,
        response=ResponseUsed(0.25, 0.5, source),  # type: ignore[arg-type]
        cleat=cleat,
        options=(),
        reasons=reasons,
        next_step=step,
    )
