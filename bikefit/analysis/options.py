"""The options of an analysis by the name that scripts know, and what is to be said of them."""

from __future__ import annotations

from bikefit.model import Finding, WedgeSystem, finding
from bikefit.sessions.session import Session

AnalyzeOptions = Session
"""What a fitter may say about a session; the same as a `Session`, and made by the same keywords."""


def cleat_findings(session: Session, system: WedgeSystem) -> tuple[Finding, ...]:
    """Say where the wedge system does not go with the cleat; empty where they do or no cleat was named."""
    if session.cleat is None or session.cleat in system.cleats:
        return ()
    return (finding("cleat_in_the_way", system=system.name, made_for=system.cleats, cleat=session.cleat),)
