"""The documents that ``--json`` prints, as types: what a result's ``to_dict`` gives where it is not field by field.

A type named here stands for the JSON made of it: a float may be null (unknown), a tuple is an array, a datetime a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from bikefit.conventions import Side
from bikefit.inspection import Remark
from bikefit.model import (
    Excess,
    Finding,
    Reason,
    WedgeSystem,
)
from bikefit.model.findings import Level
from bikefit.response.learn import OwnAnswer, StudioPrior
from bikefit.visit import Visit


class FindingDocument(TypedDict):
    """One thing that the reader must know: its code and values, and its sentence in English."""

    level: Level
    code: str
    message: str
    values: Mapping[str, Any]


class ReasonDocument(TypedDict):
    """Why a recommendation came out as it did: a code, and its sentence in English."""

    code: str
    message: str


class PlannedRecordingDocument(TypedDict):
    """One recording of a visit: where it is to be kept, the signed wedges of each shoe, and how long it takes."""

    number: int
    source: str
    wedges: Mapping[Side, int]
    seconds: int
    strokes: int


class PlanDocument(TypedDict):
    """A visit as it is planned; ``compare`` is the command that reads it."""

    schema: str
    version: str
    system: str
    cant_deg: float
    file: str | None
    excess: Mapping[Side, Excess]
    sides: tuple[Side, ...]
    laps: bool
    recordings: tuple[PlannedRecordingDocument, ...]
    minutes: int
    smallest_change_deg: float
    notes: tuple[ReasonDocument, ...]
    compare: str | None


class LearnedDocument(TypedDict):
    """One number that riders have in common; ``learned``: whether it replaces the built-in value."""

    value: float | None
    interval: tuple[float, float] | None
    riders: int
    learned: bool


class LearnDocument(TypedDict):
    """What a studio's riders have in common, and the prior for the next one."""

    schema: str
    version: str
    riders: int
    riders_needed: int
    built_in: bool
    settings: Mapping[str, float]
    numbers: Mapping[str, LearnedDocument]
    feet: tuple[OwnAnswer, ...]


WedgesDocument = Mapping[str, WedgeSystem]
"""The wedge systems that are known, by their ids."""

SHOWN_AS: Mapping[Any, Any] = {
    Finding: FindingDocument,
    Reason: ReasonDocument,
    Remark: str,
    Visit: PlanDocument,
    StudioPrior: LearnDocument,
}
"""The document of each type that has one of its own; every other dataclass is shown field by field."""
