"""A command line that is read without the parser means what the parser makes of it."""

from __future__ import annotations

import inspect
import random
from collections.abc import Collection, Mapping
from typing import Any

import pytest
import typer.main

from bikefit.cli import commands, demo, page, studio  # noqa: F401  (they add themselves to the program)
from bikefit.cli.declared import Argument, app
from bikefit.cli.groups import Taken
from bikefit.cli.parser import typer_app
from bikefit.cli.plain import plain_call

VALUES = ["1", "-2", "0,1", "-1,2", "2.5", "left", "both", "recovery", "mean", "a4", "x y", "a=b", "-", "--", "--json"]
VALUES += ["", "crank"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], set[str]]]:
    made: list[tuple[dict[str, Any], set[str]]] = []

    def record(_: Taken, given: Mapping[str, Any], typed: Collection[str]) -> None:
        made.append((dict(given), set(typed)))

    monkeypatch.setattr(Taken, "call", record)
    return made


def random_words(chance: random.Random, parameters: list[inspect.Parameter]) -> list[str]:
    names: list[str] = []
    words = [chance.choice(["ride.fit", "b.csv", "out"]) for _ in range(chance.choice([1, 1, 1, 0, 2]))]
    for one in parameters:
        declared = one.annotation.__metadata__[0]
        names += [part for name in getattr(declared, "names", ()) for part in name.split("/")]
        if one.default is inspect.Parameter.empty and not isinstance(declared, Argument) and chance.random() < 0.9:
            words += [declared.names[-1], "somewhere"]
    for _ in range(chance.randrange(4)):
        name = chance.choice(["--jsn", "-x", "-qo"]) if chance.random() < 0.05 else chance.choice(names)
        value = chance.choice(VALUES)
        at = chance.randrange(len(words) + 1)
        words[at:at] = chance.choice([[name], [name, value], [f"{name}={value}"], [name, value]])
    return words


@pytest.mark.parametrize("name", sorted(app.commands))
def test_plain_lines_are_what_the_parser_makes_of_them(name: str, calls: list[tuple[dict[str, Any], set[str]]]) -> None:
    chance, taken, plain = random.Random(name), Taken(app.commands[name].function), 0
    group: Any = typer.main.get_command(typer_app(app, name))
    for _ in range(150):
        words = random_words(chance, taken.parameters)
        call = plain_call(taken, words)
        if call is None:
            continue
        plain += 1
        call()
        group([name, *words], prog_name="bikefit", standalone_mode=False)
        (ours, typed), (theirs, seen) = calls
        assert {key: value or None for key, value in ours.items()} == {
            key: value or None for key, value in theirs.items()
        }, words
        assert typed == seen, words
        assert {key: type(value) for key, value in ours.items() if key in typed} == {
            key: type(value) for key, value in theirs.items() if key in typed
        }
        calls.clear()
    assert plain > 5


@pytest.mark.parametrize(
    "line",
    [
        "analyze ride.fit",
        "analyze ride.fit --json -q -o a.pdf --report b.html --left-wedges -1 --column a=b --from=0:30",
        "compare a.csv b.csv --right-wedges 0,-1 --remounted",
        "batch sessions --out results --jobs 4 --no-report --timeout 2.5",
    ],
)
def test_what_is_usual_needs_no_parser(line: str) -> None:
    name, *words = line.split()
    assert plain_call(Taken(app.commands[name].function), words) is not None


@pytest.mark.parametrize(
    "line",
    [
        "inspect", "analyze --help", "analyze a.fit b.fit c.fit", "analyze ride.fit --jsn", "analyze ride.fit -o",
        "analyze ride.fit --side up", "analyze ride.fit --json=1", "batch sessions", "batch sessions -o r --jobs -1",
        "batch sessions -o r --jobs 1.5", "analyze ride.fit -qo a.pdf", "analyze -- ride.fit",
    ],
)  # fmt: skip
def test_what_is_in_doubt_is_the_parsers(line: str) -> None:
    name, *words = line.split()
    assert plain_call(Taken(app.commands[name].function), words) is None
