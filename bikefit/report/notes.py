"""What there is to know beside the answer, in the order of what it changes; one list for terminal and pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bikefit.comparison import ComparisonResult
from bikefit.conventions import Side
from bikefit.model import Finding, Level, Reason, SessionResult
from bikefit.words import Words, degree_signs

GRAVEST_FIRST: tuple[Level, ...] = ("error", "warning", "info")
BY_WEIGHT = (
    # the number is not the foot's
    "angle_implausible", "float_stop", "excess_is_lower_bound", "sides_swapped", "sensor_upside_down",
    # another side or count
    "neutral_matters", "zero_doubted", "level_shift", "drift", "angle_large", "metric_matters", "metric_chosen",
    "float_exceeded", "recovery_limit",
    # what was compared
    "compare_side_assumed", "response_too_large", "compare_formats_differ", "order_confounded",
    "compare_repeat_differs", "response_bends", "compare_cleat_turned",
    # how much of the ride speaks
    "strokes_dropped", "few_strokes", "fit_damaged", "zero_from_file", "pose_used",
)  # fmt: skip
"""Codes by what they change, the most first; all others follow in the order in which they were found."""


@dataclass(frozen=True)
class Note:
    """One thing to know, with the shoe that it is of."""

    level: Level
    code: str
    message: str
    shoes: tuple[Side, ...] = ()

    def told(self, words: Words, message: str | None = None) -> str:
        """Return it as a sentence that names its shoe, or both; ``message`` stands for a part of it."""
        message = self.message if message is None else message
        if not self.shoes:
            return message
        shoe = words.shoe(self.shoes[0]) if len(self.shoes) == 1 else words.text("terminal.both_shoes")
        return words.text("terminal.for_shoe", shoe=shoe, message=message)


def session_notes(words: Words, result: SessionResult) -> list[Note]:
    """Return what is to know of a session; the first reason of "cannot tell" stands in its sentence already."""
    said = [_note(words, item, item.level) for item in result.findings]
    for side, foot in result.feet.items():
        said += [_note(words, item, item.level, side) for item in foot.findings]
        if foot.recommendation.outcome == "undetermined":
            said += [_note(words, item, "error", side) for item in foot.recommendation.reasons[1:]]
    return in_order(said)


def comparison_notes(words: Words, result: ComparisonResult) -> list[Note]:
    """Return what is to know of a comparison, without what was measured: that stands with the verdict."""
    said = [_note(words, item, item.level) for item in result.findings]
    for foot in result.feet.values():  # their sentences name the foot themselves
        said += [_note(words, item, item.level) for item in foot.findings if item != foot.measured]
    return in_order(said)


def in_order(notes: Iterable[Note]) -> list[Note]:
    """Put each thing once, for both shoes where it is said of both, what changes most first."""
    merged: dict[tuple[Level, str, str], tuple[Side, ...]] = {}
    for note in notes:
        key = note.level, note.code, note.message
        merged[key] = tuple(dict.fromkeys((*merged.get(key, ()), *note.shoes)))
    weight = {code: place for place, code in enumerate(BY_WEIGHT)}
    once = [Note(*key, shoes) for key, shoes in merged.items()]
    return sorted(once, key=lambda note: (GRAVEST_FIRST.index(note.level), weight.get(note.code, len(weight))))


def _note(words: Words, said: Finding | Reason, level: Level, *shoes: Side) -> Note:
    """Make a note of a finding or a reason."""
    return Note(level, said.code, degree_signs(words.finding(said)), shoes)
