"""A visit on a terminal: what to do in order, what to keep the same, and the line to type at the end."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bikefit.report.out.parts import below, note_line, titled, to_paste
from bikefit.report.pages import visit_view
from bikefit.visit import Visit
from bikefit.words import Words


def visit_text(words: Words, visit: Visit) -> RenderableType:
    """Lay out a visit."""
    parts: list[RenderableType] = [Text(visit_view.heading(words, visit), style="bold")]
    parts += map(below, visit_view.about(words, visit))
    if not visit.recordings:
        return Group(*parts)
    page = visit_view.visit_page(words, visit)
    parts += ["", *(_step(step) for step in page.steps)]
    for title, lines in ((words.text("visit.same"), page.same), (page.bolts_title, page.bolts)):
        parts += titled(title, (note_line("info", line) for line in lines))
    parts += titled(words.text("visit.type"), [to_paste(visit.compare)])
    parts += ["", Text(page.sees), "", Text(" ".join(page.cautions), style="dim")]
    return Group(*parts)


def _step(step: visit_view.VisitStep) -> RenderableType:
    """Return one step with its box, its minutes and what to do."""
    grid = Table.grid(padding=(0, 1))
    head = Text(step.title, style="bold" if step.kind == "record" else "")
    grid.add_row(Text("[ ]"), Text(f"{step.minutes:>6}", no_wrap=True), Group(head, Text(step.detail, style="dim")))
    return grid
