"""The options of an analysis by the name that scripts know, and what is to be said of them."""

from __future__ import annotations

from bikefit.conventions import USUAL_METRIC, Metric
from bikefit.model import Finding, WedgeSystem, finding
from bikefit.sessions.session import Session

AnalyzeOptions = Session
"""What a fitter may say about a session; the same as a `Session`, and made by the same keywords."""


SHOE_GIVES_DEG = 2.0
"""A shoe and its sensor turn by so much more than the cleat's float, at most."""


def metric_chosen(metric: Metric) -> tuple[Finding, ...]:
    """Say that angles are not by the usual metric, where another was asked for."""
    return () if metric == USUAL_METRIC else (finding("metric_chosen", metric=metric),)


def float_exceeded(range_deg: float, float_deg: float | None) -> tuple[Finding, ...]:
    """Say that a foot turns further within a stroke than the float that was stated lets it."""
    if float_deg is None or not range_deg > float_deg + SHOE_GIVES_DEG:
        return ()
    return (finding("float_exceeded", range=range_deg, stated=float_deg),)


def cleat_findings(session: Session, system: WedgeSystem) -> tuple[Finding, ...]:
    """Say where the wedge system does not go with the cleat; empty where they do or no cleat was named."""
    if session.cleat is None or session.cleat in system.cleats:
        return ()
    return (finding("cleat_in_the_way", system=system.name, made_for=system.cleats, cleat=session.cleat),)
