"""What a file holds, on a terminal: channels, feet, what can be done, and a line to paste."""

from __future__ import annotations

import math

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bikefit.inspection import FootInspection, Inspection
from bikefit.report import numbers
from bikefit.report.out.text import note_line
from bikefit.report.texts import text

MOST_LAPS = 12


def inspection_text(found: Inspection) -> RenderableType:
    """Lay out an inspection.

    Parameters
    ----------
    found : Inspection
        What the file holds.

    Returns
    -------
    rich renderable
        For `bikefit.report.out.text.print_result`.
    """
    start = text("inspect.started", start=f"{found.start:%Y-%m-%d %H:%M} UTC") if found.start else ""
    duration = numbers.clock(found.duration_s)
    heading = text("inspect.heading", name=found.name, format=found.format, duration=duration, start=start)
    parts: list[RenderableType] = [Text(heading, style="bold")]
    if found.feet:
        parts += ["", Text(text("inspect.feet"), style="bold"), _feet(found)]
    parts += ["", Text(text("inspect.sections"), style="bold"), _channels(found)]
    if len(found.laps) > 1:
        laps = [
            note_line("info", text("inspect.lap", number=lap.number, low=f"{lap.start_s:.1f}", high=f"{lap.end_s:.1f}"))
            for lap in found.laps[:MOST_LAPS]
        ]
        parts += ["", Text(text("inspect.laps"), style="bold"), *laps]
    for key, lines in (("can", found.can), ("missing", found.missing)):
        if lines:
            parts += ["", Text(text(f"inspect.{key}"), style="bold"), *(note_line("info", line) for line in lines)]
    if found.findings:
        parts += ["", Text(text("terminal.findings"), style="bold")]
        parts += [note_line(item.level, str(item)) for item in found.findings]
    if found.advice:
        # commands are not wrapped: they are there to be pasted
        commands = (Text(f"  {line}", no_wrap=True, overflow="ignore") for line in found.advice)
        parts += ["", Text(text("inspect.advice"), style="bold"), *commands]
    return Group(*parts)


def _feet(found: Inspection) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in text("inspect.foot_columns").split("|"):
        table.add_column(name)
    for side, foot in found.feet.items():
        table.add_row(
            text(f"side.{side}"),
            text(f"inspect.source_{foot.source}"),
            text(f"reference.{foot.reference}"),
            text("inspect.rate", rate=numbers.fixed(foot.rate_hz, 0)),
            numbers.fixed(foot.samples_per_stroke, 0),
            numbers.percent(foot.missing_share),
            _gaps(foot),
            numbers.signed_interval(foot.range_deg),
        )
    return table


def _gaps(foot: FootInspection) -> str:
    if not foot.gaps:
        return text("inspect.no_gap")
    return text("inspect.gaps", count=foot.gaps, seconds=numbers.fixed(foot.gap_s))


def _channels(found: Inspection) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in text("inspect.columns").split("|"):
        table.add_column(name)
    for channel in found.channels:
        rate = "" if math.isnan(channel.rate_hz) else text("inspect.rate", rate=f"{channel.rate_hz:.4g}")
        table.add_row(
            escape(channel.name),
            channel.meaning,
            escape(channel.unit),
            str(channel.samples),
            rate,
            escape(channel.note),
        )
    return table
