"""The answer of a comparison on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bikefit.comparison import ComparisonResult, FootComparison
from bikefit.comparison import sentences as said_of
from bikefit.comparison.result import recording_columns
from bikefit.conventions import SIDES
from bikefit.model import sentences
from bikefit.report.notes import comparison_notes
from bikefit.report.out.brief import comparison_brief
from bikefit.report.out.text import notes_part
from bikefit.words import Words


def comparison_text(words: Words, result: ComparisonResult, *, details: bool = False) -> RenderableType:
    """Lay out a comparison for a cyclist: the verdict for each shoe first; with details, all there is to know."""
    heading = words.text("compared.heading", count=len(result.sessions))
    if not details:
        return comparison_brief(words, result, heading)
    parts: list[RenderableType] = [Text(heading, style="dim"), ""]
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    for foot in feet:
        parts += _foot(words, foot, result.system.cap)
    parts += [_table(words, feet), *notes_part(words, comparison_notes(words, result))]
    cautions = sentences.cautions_of(words, (foot.recommendation for foot in feet), result.system.placement)
    parts += ["", Text(" ".join(cautions), style="dim")]
    return Group(*parts)


def _foot(words: Words, foot: FootComparison, cap: int) -> list[RenderableType]:
    """Return one foot's answer and what follows from the recordings."""
    answer = said_of.answer(words, foot, cap)
    lines = [Padding(Text(line), (0, 0, 0, 2)) for line in said_of.at_length(words, foot)]
    return [Text(answer, style="bold"), *lines, ""]


def _table(words: Words, feet: list[FootComparison]) -> Table:
    """Return the recordings with their numbers, a row each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(recording_columns(words)):
        table.add_column(name, justify="right" if number else "left")
    for foot in feet:
        for row in foot.rows(words):
            table.add_row(*map(escape, row))
    return table
