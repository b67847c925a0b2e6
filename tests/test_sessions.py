"""One description of a session: said by keyword, by flag or in a manifest, brought together and checked alike."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bikefit
from bikefit.cli import commands, studio
from bikefit.cli.groups import Taken
from bikefit.conventions import PerFoot
from bikefit.errors import UsageError
from bikefit.io import ReadOptions
from bikefit.sessions import values
from bikefit.sessions.check import check
from bikefit.sessions.manifest import read_manifest
from bikefit.sessions.reading import read_options, with_file
from bikefit.sessions.session import KEYWORDS, Session, said


def test_left_and_right_are_keys_and_both_come_before_each() -> None:
    assert Session(left_wedges=1).wedges == PerFoot(1, None)
    assert Session(wedges=1, right_wedges=-2).wedges == PerFoot(1, -2)
    assert Session(right_wedges=-2, wedges=1).wedges == PerFoot(1, -2)
    assert Session(wedges=PerFoot(None, 3)).wedges == PerFoot(None, 3)
    assert Session(neutral="zero", left_neutral=None).neutral == PerFoot("zero", "zero")
    assert Session().wedges == PerFoot(None, None)
    assert (Session().fitted("left"), Session(left_wedges=2).fitted("left")) == (0, 2)


def test_the_options_that_scripts_know_are_a_session() -> None:
    options = bikefit.AnalyzeOptions(read=ReadOptions(swap_sides=True, columns={"power_w": "W"}), lap=2)
    assert (options.swap_sides, options.columns, options.lap) == (True, {"power_w": "W"}, 2)
    assert read_options(options) == ReadOptions(swap_sides=True, columns={"power_w": "W"})
    assert dataclasses.replace(options, metric="peak") == Session(
        swap_sides=True, columns={"power_w": "W"}, lap=2, metric="peak"
    )
    assert pickle.loads(pickle.dumps(options)) == options
    assert {"read", "from_s", "neutral", "left_neutral"} <= set(inspect.signature(bikefit.AnalyzeOptions).parameters)
    with pytest.raises(TypeError, match=r"'right_wedge'.*Did you mean 'right_wedges'"):
        bikefit.AnalyzeOptions(right_wedge=1)


def test_what_is_said_later_takes_the_place_foot_by_foot() -> None:
    common = Session(left_wedges=1, right_wedges=1, neutral=2.0, metric="peak", lap=3)
    told = common.told(said({"right_wedges": 0, "left_neutral": "static"}))
    assert (told.wedges, told.neutral, told.metric, told.lap) == (PerFoot(1, 0), PerFoot("static", 2.0), "peak", 3)
    assert common.told({}) == common


def test_a_section_and_a_lap_take_each_others_place() -> None:
    assert Session(lap=3).told({"from_s": 10.0}) == Session(from_s=10.0)
    assert Session(from_s=1.0, to_s=9.0).told({"lap": 2}) == Session(lap=2)
    assert Session(to_s=9.0).told({"from_s": 2.0}) == Session(from_s=2.0, to_s=9.0)
    with pytest.raises(UsageError, match="--lap and --from/--to"):
        check(Session().told({"lap": 2, "from_s": 1.0}))


def test_a_section_behind_the_name() -> None:
    assert with_file(Session(), "a.csv@1-2") == Session(files=(Path("a.csv"),), from_s=1.0, to_s=2.0)
    with pytest.raises(UsageError, match="twice"):
        with_file(Session(to_s=4.0), "a.csv@1-2")


LIMITED = [(keyword.name, edge) for keyword in KEYWORDS.values() if keyword.option.limits for edge in (0, 1)]


@pytest.mark.parametrize(("name", "edge"), LIMITED)
def test_limits_are_the_same_wherever_a_number_is_given(
    run: Callable[..., Any], samples: Path, tmp_path: Path, name: str, edge: int
) -> None:
    keyword = KEYWORDS[name]
    assert keyword.option.limits is not None
    limit, beyond = keyword.option.limits[edge], keyword.option.limits[edge] + (-1, 1)[edge]
    expected = f": {beyond:g} {keyword.option.unit} is not plausible"
    check(Session(**{name: limit}))
    with pytest.raises(UsageError, match=expected):
        check(Session(**{name: beyond}))
    if keyword.help:
        done = run("analyze", samples / "two_wedges.csv", keyword.flag, beyond)
        assert (done.code, done.err.startswith(f"bikefit: {keyword.flag}{expected}")) == (2, True)
    if keyword.has_column:
        (tmp_path / "m.csv").write_text(f"file,{name}\na.csv,{beyond:g}\n")
        with pytest.raises(UsageError, match=f"row 2, column {name}{expected}"):
            read_manifest(tmp_path / "m.csv")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(UsageError, match="--left-neutral"):
        check(Session(neutral=number))


def test_a_flag_that_was_not_typed_says_nothing(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Session] = []

    def keep(session: Session) -> Any:
        asked.append(session)
        raise UsageError("seen")

    monkeypatch.setattr("bikefit.analysis.analyze_session", keep)
    run("analyze", "a.csv")
    run("analyze", "a.csv", "--left-wedges", "0", "--neutral", "-1,5", "--right-neutral", "Zero", "--from", "2,5")
    run("analyze", "a.csv", "--settings", Path(__file__).parent / "none.toml")
    ride = Session(files=(Path("a.csv"),))
    assert asked[0] == ride
    assert asked[1] == dataclasses.replace(ride, wedges=PerFoot(0, None), neutral=PerFoot(-1.5, "zero"), from_s=2.5)
    assert len(asked) == 2


def test_every_option_has_its_flag_where_a_command_takes_its_group() -> None:
    flagged = {name for name, keyword in KEYWORDS.items() if keyword.option.group and keyword.help}
    for command in (commands.analyze, studio.batch):
        assert flagged <= {one.name for one in Taken(command).parameters}
    assert flagged >= {"side", "neutral", "left_neutral", "right_wedges", "from_s", "settings"}
    assert "wedges" not in flagged


@given(st.floats(-1e6, 1e6), st.sampled_from([".", ","]))
def test_numbers_are_read_with_point_or_comma(value: float, mark: str) -> None:
    text = f"{value:.4f}"
    assert values.number(text.replace(".", mark)) == float(text)
    assert values.number(text.replace("-", "\u2212")) == float(text)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1,2,3", "nan", "inf", "1_000", "1e999", "0x10", "--1"])
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        values.number(text)
