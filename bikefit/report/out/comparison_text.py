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
from bikefit.report.comparison_sentences import comparison_sentences
from bikefit.report.out.text import note_line
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
        For `bikefit.report.out.text.print_result`.
    """
    parts: list[RenderableType] = [Text(text("compared.heading", count=len(result.sessions)), style="dim"), ""]
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    for foot in feet:
        parts += _foot(foot, result.system.cap)
    parts.append(_table(feet))
    notes = [note_line(item.level, str(item)) for item in result.findings]
    for foot in feet:
        told = {str(item) for item in (foot.verdict, foot.next_recording) if item is not None}
        shoe = text(f"advice.shoe_{foot.side}")
        notes += [
            note_line(item.level, text("terminal.for_shoe", shoe=shoe, message=str(item)))
            for item in foot.findings
            if str(item) not in told
        ]
    if notes:
        parts += ["", Text(text("terminal.findings"), style="bold"), *notes]
    varus = any((foot.recommendation.change or 0) > 0 for foot in feet)
    parts += ["", Text(" ".join(sentences.cautions(varus)), style="dim")]
    return Group(*parts)


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
                text("words.unknown") if item.wedges is None else sentences.wedges(item.wedges),
                numbers.signed_degrees(item.value_deg),
                numbers.degrees(item.standard_error_deg, 2),
            )
    return table
