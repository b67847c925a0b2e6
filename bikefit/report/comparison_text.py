"""The answer of a comparison on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bikefit.comparison import ComparisonResult, FootComparison
from bikefit.conventions import SIDES
from bikefit.report import numbers, sentences
from bikefit.report.text import note_line
from bikefit.report.texts import text


def comparison_text(result: ComparisonResult) -> RenderableType:
    """Lay out a comparison for a cyclist: the answer for each shoe first.

    Parameters
    ----------
    result : ComparisonResult
        Several recordings, compared.

    Returns
    -------
    rich renderable
        For `bikefit.report.text.print_result`.
    """
    parts: list[RenderableType] = [Text(text("compared.heading", count=len(result.sessions)), style="dim"), ""]
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    for foot in feet:
        parts += _foot(foot, result.system.cap)
    parts.append(_table(feet))
    notes = [note_line(item.level, item.message) for item in result.findings]
    for foot in feet:
        told = {item.message for item in (foot.verdict, foot.next_recording) if item is not None}
        shoe = text(f"advice.shoe_{foot.side}")
        notes += [
            note_line(item.level, text("terminal.for_shoe", shoe=shoe, message=item.message))
            for item in foot.findings
            if item.message not in told
        ]
    if notes:
        parts += ["", Text(text("terminal.findings"), style="bold"), *notes]
    varus = any((foot.recommendation.change or 0) > 0 for foot in feet)
    parts += ["", Text(" ".join(sentences.cautions(varus)), style="dim")]
    return Group(*parts)


def comparison_sentences(foot: FootComparison) -> list[str]:
    """Say of one foot what the recordings showed, how sure that is, and what to record next.

    Parameters
    ----------
    foot : FootComparison
        One foot.

    Returns
    -------
    list of str
        Plain sentences.
    """
    said = [] if foot.verdict is None else [foot.verdict.message]
    if foot.change is not None:
        said.append(
            text(
                "compared.change",
                before=sentences.wedges(foot.change.from_wedges),
                after=sentences.wedges(foot.change.to_wedges),
                deg=numbers.signed_degrees(foot.change.deg),
                interval=numbers.signed_interval(foot.change.interval_deg),
                verdict=text("compared.detected" if foot.change.detected else "compared.not_detected"),
            )
        )
        said.append(
            text(
                "compared.response",
                mean=numbers.signed_degrees(foot.response.mean, 2),
                interval=numbers.signed_interval(foot.response.interval),
                chance=numbers.percent(foot.response.probability_heel_in),
            )
        )
    if numbers.known(foot.minimal_detectable_change_deg):
        said.append(
            text(
                "compared.smallest",
                before=numbers.degrees(foot.minimal_detectable_change_before_deg),
                now=numbers.degrees(foot.minimal_detectable_change_deg),
            )
        )
    if foot.next_recording is not None:
        said.append(foot.next_recording.message)
    return said


def _foot(foot: FootComparison, cap: int) -> list[RenderableType]:
    answer = sentences.advice(foot.side, foot.recommendation, foot.fitted_wedges, cap)
    lines = [Padding(Text(line), (0, 0, 0, 2)) for line in comparison_sentences(foot)]
    return [Text(answer, style="bold"), *lines, ""]


def _table(feet: list[FootComparison]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("recording", "wedges", "excess", "error"):
        table.add_column(text(f"compared.{name}"), justify="left" if name == "recording" else "right")
    for foot in feet:
        shoe = text(f"advice.shoe_{foot.side}")
        for item in foot.recordings:
            table.add_row(
                escape(f"{shoe}, {item.name}"),
                sentences.wedges(item.wedges),
                numbers.signed_degrees(item.value_deg),
                numbers.degrees(item.standard_error_deg, 2),
            )
    return table
