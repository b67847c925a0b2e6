"""Tables that the pages of a session and of a comparison share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bikefit.conventions import Side
from bikefit.model import Recommendation
from bikefit.report import numbers, sentences
from bikefit.report.pages.view import TableView, plain_degrees
from bikefit.report.texts import text, texts
from bikefit.settings import Settings


def options_table(side: Side, advised: Recommendation, fitted: int) -> TableView:
    """Return every total of wedges with what it is expected to do.

    Parameters
    ----------
    side : {"left", "right"}
        The shoe.
    advised : Recommendation
        With its options.
    fitted : int
        Signed count on the shoe now, varus positive.

    Returns
    -------
    TableView
        A row a total; the advised and the present one are named.
    """
    rows = []
    for option in advised.options:
        marks = [text("drawing.now")] if option.wedges == fitted else []
        marks += [text("tables.advised")] if option.wedges == advised.total else []
        named = sentences.wedges(option.wedges)
        rows.append(
            (
                f"{named} ({', '.join(marks)})" if marks else named,
                numbers.signed_degrees(option.expected_deg),
                numbers.signed_interval(option.interval_deg),
                numbers.percent(option.chance_closer) if option.wedges != fitted else text("words.unknown"),
                numbers.percent(option.chance_within_1deg),
                numbers.fixed(option.expected_loss_deg2, 2),
            )
        )
    shoe = text(f"advice.shoe_{side}")
    header = tuple(text("tables.options_columns").split("|"))
    return TableView(
        f"options-{side}", text("tables.options", shoe=shoe), header, tuple(rows), text("tables.options_caption")
    )


def findings_table(said: Iterable[tuple[Side | None, str, str]]) -> TableView:
    """Return what is to know, each message once.

    Parameters
    ----------
    said : iterable of (side or None, str, str)
        Whose it is (None: of the whole), its level and its message.

    Returns
    -------
    TableView
        A row a message.
    """
    rows: dict[str, str] = {}
    for side, level, message in said:
        words = plain_degrees(message)
        if side is not None:
            words = text("terminal.for_shoe", shoe=text(f"advice.shoe_{side}"), message=words)
        rows.setdefault(words, text(f"level.{level}"))
    header = tuple(text("tables.findings_columns").split("|"))
    rows_in_order = tuple((level, words) for words, level in rows.items())
    return TableView("findings", text("tables.findings"), header, rows_in_order, numeric=False)


def settings_table(settings: Mapping[str, Any]) -> TableView:
    """Return every threshold and prior with its value; changed ones name their default.

    Parameters
    ----------
    settings : mapping
        Those in force.

    Returns
    -------
    TableView
        A row a setting.
    """
    rows = []
    for name, default in Settings().to_dict().items():
        value, usual = f"{settings[name]:g}", f"{default:g}"
        rows.append((name, value if value == usual else text("tables.changed", value=value, default=usual)))
    header = tuple(text("tables.settings_columns").split("|"))
    return TableView("settings", text("tables.settings"), header, tuple(rows))


def glossary() -> TableView:
    """Return what the words mean.

    Returns
    -------
    TableView
        A row a word.
    """
    rows = tuple((term, meaning) for term, meaning in texts()["glossary"].items())
    header = tuple(text("tables.glossary_columns").split("|"))
    return TableView("glossary", text("tables.glossary"), header, rows, numeric=False)
