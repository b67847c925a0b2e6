"""One foot, from its trace to a recommendation."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from bikefit.analysis.decide import MATTERS, Asked, decide, metric_findings, neutral_findings
from bikefit.analysis.implausible import judge_angle
from bikefit.analysis.neutral import Still, choose_neutral
from bikefit.analysis.options import float_exceeded
from bikefit.conventions import METRICS, STROKE_ANGLES, Metric
from bikefit.model import (
    Excess,
    Finding,
    FootResult,
    FootTrace,
    Phase,
    Reason,
    Recording,
    Rotation,
    StrokeSummary,
    Visible,
    WedgeSystem,
    finding,
    reason,
)
from bikefit.phase import find_phase
from bikefit.response import Assumptions, planned_minimal_detectable_deg
from bikefit.rotation import summarise_rotation, with_metric
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.strokes import Strokes, find_strokes, keep_posture
from bikefit.wedges import visit_counts


@dataclass(frozen=True)
class TracedFoot:
    """A foot's trace with the strokes found in it."""

    trace: FootTrace
    phase: Phase
    strokes: Strokes


def trace_strokes(trace: FootTrace, recording: Recording, options: Session) -> TracedFoot:
    """Find the strokes of one foot in the section to use."""
    phase = find_phase(trace, options.settings, recording.companions.get("cadence_rpm"), options.reference)
    strokes = find_strokes(trace, phase, options.settings, recording.companions)
    table, told = keep_posture(strokes.columns, options.posture, options.settings, trace.side)
    return TracedFoot(trace, phase, replace(strokes, columns=table, findings=(*strokes.findings, *told)))


def analyze_foot(
    trace: FootTrace, recording: Recording, options: Session, system: WedgeSystem, still: Still
) -> FootResult:
    """Take one foot from its trace to a recommendation; ``still`` is what it did in the still trial."""
    settings, side = options.settings, trace.side
    traced = trace_strokes(trace, recording, options)
    phase, strokes = traced.phase, traced.strokes
    summary = summarise_strokes(strokes, phase)
    rotation, seen = summarise(traced, options.metric, options)
    obstacles = stroke_obstacles(summary, trace, options, phase)
    undersampled = any(item.code == "undersampled" for item in obstacles)
    if trace.obstacles or undersampled or summary.found == 0 or not summary.quality >= settings.quality_min:
        rotation = unknown_rotation(options.metric)
    asked = Asked(trace, options, system, still)
    neutral, source, neutral_obstacles = choose_neutral(trace, rotation, options, still)
    excess = asked.excess(rotation, neutral)
    implausible, large = judge_angle(from_zero_deg(trace, rotation, excess), rotation, settings, side)
    if obstacles:
        implausible, large = (), ()
    if implausible:
        excess = replace(excess, deg=math.nan, sd_deg=math.nan)
    if obstacles:
        # without usable strokes there is no recovery phase either: that is not a reason of its own
        neutral_obstacles = tuple(item for item in neutral_obstacles if item.code != "recovery_needs_crank")
    against = (*obstacles, *implausible, *neutral_obstacles)
    recommendation = decide(asked, rotation, neutral, excess, against)
    # what too few samples seem to show, such as a crank that runs backward, is their own doing
    findings = [] if undersampled else [*phase.findings, *strokes.findings]
    if not obstacles:
        findings.extend((*seen, *float_exceeded(rotation.range_deg, options.cleat_float_deg)))
    findings.extend((*source, *large))
    if recommendation.outcome != "undetermined":
        findings.extend(neutral_findings(asked, rotation, neutral, excess, recommendation))
        findings.extend(metric_findings(asked, rotations(traced, rotation, options), options.metric))
    if not obstacles and summary.used < settings.strokes_warn:
        findings.append(finding("few_strokes", used=summary.used, side=side))
    return FootResult(
        side=side,
        strokes=summary,
        rotation=rotation,
        neutral=neutral,
        excess=excess,
        recommendation=recommendation,
        findings=tuple(findings),
        fitted_wedges=options.wedges.of(side),
        columns=strokes.columns,
        curves=strokes.curves,
        visible=visible_change(rotation, system, settings),
    )


def visible_change(rotation: Rotation, system: WedgeSystem, settings: Settings) -> Visible:
    """Say how small a change a second recording can show, and the visit, with the sensors left on."""
    error = rotation.standard_error_deg
    if not math.isfinite(error):
        return Visible()
    assumptions = Assumptions.of(settings, "left_on")
    visit = [count * system.cant_deg for count in visit_counts(system.cant_deg, system.cap)]
    pair, whole = (planned_minimal_detectable_deg(cants, assumptions, error) for cants in (visit[:2], visit))
    return Visible(pair, whole)


def summarise(traced: TracedFoot, metric: Metric, options: Session) -> tuple[Rotation, tuple[Finding, ...]]:
    """Return the foot's rotation by a metric, with what was seen."""
    return summarise_rotation(
        traced.strokes.columns,
        traced.strokes.curves,
        metric,
        options.settings,
        is_crank=traced.phase.is_crank,
        cleat_float_deg=options.cleat_float_deg,
    )


def rotations(traced: TracedFoot, rotation: Rotation, options: Session) -> dict[Metric, Rotation]:
    """Return the foot's rotation by each metric that is held against the others and known."""
    return {
        code: rotation
        if code == rotation.metric
        else with_metric(rotation, traced.strokes.columns, traced.strokes.curves, code, options.settings)
        for code in MATTERS
        if math.isfinite(rotation.angles_deg[METRICS[code].column])
    }


def from_zero_deg(trace: FootTrace, rotation: Rotation, excess: Excess) -> float:
    """Return how far the foot is from its neutral, else from a zero that means something [deg]; NaN without one."""
    known = math.isfinite(excess.deg) or trace.zero == "none" or trace.no_zero
    return excess.deg if known else rotation.value_deg


def summarise_strokes(strokes: Strokes, phase: Phase) -> StrokeSummary:
    """Count the strokes found, used and rejected."""
    table = strokes.columns
    used = table.used
    rejected = Counter(table["reject_reason"][~used].tolist())
    cadence = table.numbers("cadence_rpm")[used]
    return StrokeSummary(
        found=len(table),
        used=int(used.sum()),
        rejected={name: rejected[name] for name in sorted(rejected)},
        cadence_rpm=float(np.median(cadence)) if cadence.size else math.nan,
        reference=phase.reference,
        quality=strokes.quality,
    )


def stroke_obstacles(summary: StrokeSummary, trace: FootTrace, options: Session, phase: Phase) -> tuple[Reason, ...]:
    """Name what keeps the strokes from carrying a number."""
    settings, side = options.settings, trace.side
    obstacles: list[Reason] = [*trace.obstacles]
    samples = trace.rate_hz * 60.0 / summary.cadence_rpm
    slowest = trace.rate_hz * 60.0 / settings.cadence_min_rpm
    few, weak = summary.used < settings.strokes_min, not summary.quality >= settings.quality_min
    undersampled = summary.rejected.get("undersampled", 0) > summary.used or slowest < settings.samples_per_stroke_min
    if undersampled or samples < settings.samples_per_stroke_min:
        typical = samples if math.isfinite(samples) else trace.rate_hz * 60.0 / 90.0
        obstacles.append(reason("undersampled", side=side, samples=typical, needed=settings.samples_per_stroke_min))
    elif summary.found == 0:
        obstacles.append(reason("no_strokes", side=side))
    elif few and (phase.quality >= settings.quality_min or not weak):
        obstacles.append(reason("too_few_strokes", side=side, used=summary.used, needed=settings.strokes_min))
    elif weak:
        quality = summary.quality if math.isfinite(summary.quality) else 0.0
        obstacles.append(reason("weak_strokes", side=side, quality=quality, needed=settings.quality_min))
    if METRICS[options.metric].needs_crank and not phase.is_crank:
        obstacles.append(reason("metric_needs_crank", side=side, metric=options.metric))
    return tuple(obstacles)


def unknown_rotation(metric: Metric) -> Rotation:
    """Return a rotation of which nothing is known."""
    nan = math.nan
    unknown = {row.column: nan for row in STROKE_ANGLES}
    return Rotation(metric, nan, nan, nan, unknown, nan, nan, nan, nan, None)
