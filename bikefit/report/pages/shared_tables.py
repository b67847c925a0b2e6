"""Tables that the pages of a session and of a comparison share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bikefit.conventions import Side
from bikefit.model import Recommendation
from bikefit.model.pedal import PedalMeasures
from bikefit.report.pages.view import TableView, plain_degrees
from bikefit.settings import Settings
from bikefit.words import Words, known


def options_table(words: Words, side: Side, advised: Recommendation, fitted: int) -> TableView:
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
