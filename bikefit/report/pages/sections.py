"""Figures and tables that the fitter's pages of a session and of a comparison share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bikefit.comparison import FootComparison
from bikefit.conventions import Side
from bikefit.model import Finding, FootResult, Recommendation
from bikefit.model.pedal import PedalMeasures
from bikefit.report.draw import decision_charts
from bikefit.report.draw.panel import Panel
from bikefit.report.pages.view import LONG, FigureView, Given, TableView, clean, plain_degrees
from bikefit.settings import Settings
from bikefit.words import Words, known

Section = FigureView | TableView
Foot = FootResult | FootComparison


def shown(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections that have something to show."""
    return tuple(section for section in sections if isinstance(section, FigureView) or section.rows)


def figure(words: Words, key: str, panels: Iterable[Panel], caption: str = "", **values: str) -> FigureView:
    """Put panels under the title and caption of a figure."""
    caption = caption or words.text(f"figures.{key}_caption", **values)
    return FigureView(key, words.text(f"figures.{key}"), caption, tuple(panels))


def shoes_header(words: Words, feet: Sequence[Foot]) -> tuple[str, ...]:
    """Return the head of a table with one column a shoe."""
    return ("", *(words.shoe(foot.side) for foot in feet))


def options(words: Words, decided: Sequence[Foot], band_deg: float) -> list[Section]:
    """Return what each total of wedges is expected to do: one figure, and one table a shoe."""
    y_range = decision_charts.options_range([foot.recommendation for foot in decided])
    of_each = [(foot.side, foot.recommendation, foot.fitted_wedges or 0) for foot in decided]
    panels = (decision_charts.options(words, *each, band_deg, y_range) for each in of_each)
    return [figure(words, "options", panels), *(_options_table(words, *each) for each in of_each)]


def _options_table(words: Words, side: Side, advised: Recommendation, fitted: int) -> TableView:
    """Return every total of wedges with what it is expected to do."""
    rows = []
    for option in advised.options:
        marks = [words.text("drawing.now")] if option.wedges == fitted else []
        marks += [words.text("tables.advised")] if option.wedges == advised.named else []
        named = words.wedges(option.wedges)
        rows.append(
            (
                words.text("tables.marked", wedges=named, marks=marks) if marks else named,
                words.signed_degrees(option.expected_deg),
                words.signed_interval(option.interval_deg),
                words.percent(option.chance_closer) if option.wedges != fitted else words.text("words.unknown"),
                words.percent(option.chance_within_1deg),
                words.fixed(option.expected_loss_deg2, 2),
            )
        )
    shoe = words.shoe(side)
    header = words.columns("tables.options_columns")
    return TableView(
        f"options-{side}",
        words.text("tables.options", shoe=shoe),
        header,
        tuple(rows),
        words.text("tables.options_caption"),
    )


def pedal_words(words: Words, pedal: PedalMeasures) -> tuple[str, str]:
    """Print what a power pedal measured: platform offset and power phase."""
    offset, start, end = pedal.platform_offset_mm, pedal.power_phase_start_deg, pedal.power_phase_end_deg
    unknown = words.text("words.unknown")
    return (
        words.text("numbers.millimetres", value=words.signed(offset)) if known(offset) else unknown,
        words.interval((start, end), 0) if known(start) and known(end) else unknown,
    )


def what_is_said(
    words: Words, findings: Iterable[Finding], feet: Iterable[Foot]
) -> Iterator[tuple[Side | None, str, str]]:
    """Yield findings of the whole and of its feet, and the reasons of each decision: the foot, level and sentence."""
    yield from ((None, item.level, words.finding(item)) for item in findings)
    for foot in feet:
        yield from ((foot.side, item.level, words.finding(item)) for item in foot.findings)
        yield from ((foot.side, "info", words.finding(reason)) for reason in foot.recommendation.reasons)


def findings_table(words: Words, said: Iterable[tuple[Side | None, str, str]]) -> TableView:
    """Return what is to know, each message once."""
    rows: dict[str, str] = {}
    for side, level, message in said:
        told = plain_degrees(message)
        if side is not None:
            told = words.text("terminal.for_shoe", shoe=words.shoe(side), message=told)
        rows.setdefault(told, words.text(f"level.{level}"))
    header = words.columns("tables.findings_columns")
    rows_in_order = tuple((level, told) for told, level in rows.items())
    return TableView("findings", words.text("tables.findings"), header, rows_in_order, numeric=False)


def provenance_table(
    words: Words, rows: Iterable[tuple[str, str]], given: Given, last: Iterable[tuple[str, str]]
) -> TableView:
    """Return where the numbers come from; what was given for the page stands before the last of it."""
    said = [("title", given.title), ("rider", given.rider), ("fitter", given.fitter)]
    told = [*((key, clean(text, LONG)) for key, text in said), *last]
    made = (*rows, *((words.text(f"provenance.{key}"), text) for key, text in told if text))
    header = words.columns("tables.provenance_columns")
    return TableView("provenance", words.text("tables.provenance"), header, made, numeric=False)


def settings_table(words: Words, settings: Mapping[str, Any]) -> TableView:
    """Return every threshold and prior with its value; changed ones name their default."""
    rows = []
    for name, default in Settings().to_dict().items():
        value, usual = words.number(settings[name], "g"), words.number(default, "g")
        rows.append((name, value if value == usual else words.text("tables.changed", value=value, default=usual)))
    header = words.columns("tables.settings_columns")
    return TableView("settings", words.text("tables.settings"), header, tuple(rows))


def glossary(words: Words) -> TableView:
    """Return what the words mean."""
    rows = tuple(words.section("glossary").items())
    header = words.columns("tables.glossary_columns")
    return TableView("glossary", words.text("tables.glossary"), header, rows, numeric=False)
