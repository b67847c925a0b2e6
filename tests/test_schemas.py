"""JSON Schema of what is printed: kept beside the package and in the docs, and strict enough to refuse what is wrong.

That every document follows them is held where documents are made: by the fixture ``run`` and the snapshots.
"""

from __future__ import annotations

import importlib.util
import json
from copy import deepcopy
from importlib.resources import files
from pathlib import Path

import pytest
from helpers.schemas import validator
from jsonschema import Draft202012Validator, ValidationError

from bikefit import analyze
from bikefit.comparison import compare
from bikefit.errors import UsageError
from bikefit.inspection import inspect_recording
from bikefit.schemas import NAMES, json_schema

ROOT = Path(__file__).parents[1]


def pages():
    spec = importlib.util.spec_from_file_location("make_schemas", ROOT / "docs" / "make_schemas.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_kept_files_are_those_of_the_types():
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run: python docs/make_schemas.py"
    assert {path.stem for path in (ROOT / "docs" / "schemas").iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_schema_by_the_standards_own_and_in_the_package(name):
    schema = json.loads(files("bikefit").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema == json_schema(name)
    assert all(one["description"] for one in schema["$defs"].values())


def test_an_unknown_name_is_refused_with_those_that_there_are():
    with pytest.raises(UsageError, match=r"'sesion'.*session, comparison"):
        json_schema("sesion")


@pytest.fixture(scope="module")
def documents():
    ride = ROOT / "sample_data" / "two_wedges.csv"
    twice = [ROOT / "sample_data" / f"wrong_way_{number}.csv" for number in (1, 2)]
    results = (analyze(ride), compare(twice, right_wedges=[0, 1]), inspect_recording(ride))
    return {result.to_dict()["schema"]: json.loads(json.dumps(result.to_dict())) for result in results}


WRONG = [
    ("bikefit.session/2", ("feet", "right", "excess", "deg"), "2.6"),
    ("bikefit.session/2", ("feet", "right", "excess", "interval_deg"), [1.0]),
    ("bikefit.session/2", ("feet", "right", "recommendation", "outcome"), "perhaps"),
    ("bikefit.session/2", ("feet", "right", "recommendation", "wedges"), 1.5),
    ("bikefit.session/2", ("recording", "start"), "yesterday"),
    ("bikefit.session/2", ("schema",), "bikefit.session/1"),
    ("bikefit.comparison/2", ("feet", "right", "verdict"), "cures"),
    ("bikefit.comparison/2", ("feet", "right", "recordings", 0, "value_deg"), True),
    ("bikefit.inspection/1", ("laps",), None),
]


@pytest.mark.parametrize(("title", "where", "value"), WRONG)
def test_a_wrong_value_or_a_missing_key_is_refused(documents, title, where, value):
    validator(title).validate(documents[title])
    for spoil in ("replaced", "gone"):
        wrong = deepcopy(documents[title])
        inner = wrong
        for key in where[:-1]:
            inner = inner[key]
        if spoil == "replaced":
            inner[where[-1]] = value
        else:
            inner.pop(where[-1])
        with pytest.raises(ValidationError):
            validator(title).validate(wrong)


def test_a_key_of_a_later_minor_version_does_not_break_a_reader_that_validates(documents):
    later = deepcopy(documents["bikefit.session/2"])
    later["feet"]["right"]["excess"]["new"] = 1
    Draft202012Validator(json_schema("session")).validate(later)
