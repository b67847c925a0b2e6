"""Which field of ``record`` is read as which channel, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bikefit.errors import RecordingError
from bikefit.io.columns import asked_columns, listed
from bikefit.io.fit.column import Column
from bikefit.io.fit.fields import FieldMeaning, asked_meaning, field_meaning
from bikefit.io.markers.names import MARKER_NAMES
from bikefit.io.names import shown
from bikefit.model import ChannelNote, Finding, finding


@dataclass(frozen=True)
class Choice:
    """A field of ``record`` and what it is read as."""

    key: str
    column: Column
    meaning: FieldMeaning

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.column.spec.name


@dataclass(frozen=True)
class Choices:
    """What is read of the fields of ``record``, why each was taken or left, and what had to be chosen or assumed."""

    by_channel: Mapping[str, Choice]
    notes: Mapping[str, ChannelNote]
    findings: tuple[Finding, ...]


def choose_fields(record: Mapping[str, Column], asked: Mapping[str, str], where: str) -> Choices:
    """Decide what is read of an app's own fields, and of any that ``--column`` (``asked``) names.

    Of several fields that may be one channel that with most samples is taken. Raises as
    `bikefit.io.columns.asked_columns`.
    """
    chosen = _asked(record, asked, where)
    notes = {choice.key: choice.meaning.note for choice in chosen.values()}
    candidates: dict[str, list[Choice]] = {}
    for key, column in record.items():
        meaning = field_meaning(column.spec.name, column.spec.unit) if column.developer else None
        if meaning is None or key in notes:
            continue
        notes[key] = meaning.note
        if meaning.factor and column.count:
            candidates.setdefault(meaning.channel, []).append(Choice(key, column, meaning))
    findings: list[Finding] = []
    for channel, rivals in candidates.items():
        if channel in chosen:
            notes |= {rival.key: ChannelNote("other_asked") for rival in rivals}
            continue
        best = max(rivals, key=lambda choice: choice.column.count)
        more = ChannelNote("holds_more", {"name": best.name})
        notes |= {rival.key: more for rival in rivals if rival is not best}
        if len(rivals) > 1:
            findings.append(finding("fit_several_fields", channel=channel, taken=shown(best.name)))
        if best.meaning.unit_assumed:
            findings.append(finding("fit_unit_assumed", field=shown(best.name)))
        chosen[channel] = best
    return Choices(chosen, notes, tuple(findings))


def _asked(record: Mapping[str, Column], asked: Mapping[str, str], where: str) -> dict[str, Choice]:
    """Return what ``--column`` names; of fields with one name an app's own, unless its key (NAME@APP) is given."""
    keys: dict[str, str] = {}
    for key in sorted(record, key=lambda key: record[key].developer is None):
        keys.setdefault(record[key].spec.name, key)
    keys |= {key: key for key in record if key in asked.values()}
    names = list(keys)
    for name, value in asked.items():
        if name in MARKER_NAMES:
            raise RecordingError(
                f"{where}: there is no marker '{shown(value)}' for {name}: a FIT file holds none. {listed(names)}"
            )
    chosen = {}
    for place, meaning in asked_columns(asked, names, where):
        key = keys[names[place]]
        chosen[meaning.channel] = Choice(key, record[key], asked_meaning(meaning, record[key].spec.unit))
    return chosen
