"""The cleat's turn: when it is given, with which sign, which way the nose goes, and what it does when it is typed."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from helpers.report_sessions import make_foot, make_session
from helpers.results import make_foot as plain_foot
from helpers.results import make_session as plain_session
from helpers.snapshot_cases import SAMPLES

from bikefit.comparison import compare_sessions
from bikefit.conventions import SIDES, Side
from bikefit.model import CleatTurn, Excess, FloatStop, Response, sentences
from bikefit.report.draw import shoes
from bikefit.report.pages.view import client_view
from bikefit.settings import Settings
from bikefit.wedge_systems import load_system
from bikefit.wedges import recommend
from bikefit.words import ENGLISH

STOP_RIDE = SAMPLES / "float_stop.csv"
SYSTEM = load_system("bikefit-cleat")


@pytest.mark.parametrize(
    ("excess_deg", "zero_sd_deg", "float_deg", "stop", "turn_deg", "reason"),
    [
        (2.6, 0.8, None, True, -2.6, "float_stop"),
        (2.6, 0.8, 6.0, True, -2.6, "float_stop"),
        (-2.6, 0.8, 0.0, False, 2.6, "no_float"),
        (2.6, 0.8, 0.0, True, -2.6, "no_float"),
        (2.6, 0.8, None, False, -2.6, "float_unknown"),
        (2.6, 0.8, 6.0, False, None, "inside_float"),
        (0.9, 0.8, 0.0, True, None, "within_band"),
        (2.0, 2.0, 0.0, False, None, "interval_holds_neutral"),
    ],
)
def test_a_turn_is_given_where_the_foot_turns_with_the_cleat(
    excess_deg: float, zero_sd_deg: float, float_deg: float | None, stop: bool, turn_deg: float | None, reason: str
) -> None:
    for fitted in (0, 1):
        cleat = recommend(
            Excess(excess_deg, 0.05, zero_sd_deg), Response(0.25, 0.5), fitted, SYSTEM, Settings(),
            cleat_float_deg=float_deg, at_float_stop=stop,
        ).cleat  # fmt: skip
        assert cleat.reason == reason
        assert cleat.turn_deg == turn_deg if turn_deg is not None else math.isnan(cleat.turn_deg)


def heel_out_deg(side: Side, nose_toward_bike_deg: float) -> float:
    """Return the heel's angle of a shoe whose cleat points straight ahead in the pedal, seen from above.

    x forward, y to the rider's left: the bike is on the right foot's left. A nose set toward the bike is, on the right
    shoe, turned counter-clockwise against the shoe; the cleat stays, so the shoe is turned clockwise.
    """
    toward_left = 1.0 if side == "right" else -1.0
    cleat_on_shoe = math.radians(nose_toward_bike_deg) * toward_left
    heading = -cleat_on_shoe
    heel, toe = (-math.cos(heading), -math.sin(heading)), (math.cos(heading), math.sin(heading))
    read = math.degrees(math.atan2(toe[1] - heel[1], toe[0] - heel[0]))
    return read if side == "right" else -read


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("turn_deg", [-2.6, 2.6, -14.0])
def test_words_and_drawing_turn_the_nose_the_way_that_moves_the_heel(side: Side, turn_deg: float) -> None:
    toward_bike = sentences.cleat_nose(ENGLISH, CleatTurn(turn_deg, "no_float")) == "toward the bike"
    assert heel_out_deg(side, abs(turn_deg) if toward_bike else -abs(turn_deg)) == pytest.approx(turn_deg)

    drawing = shoes.from_below(ENGLISH, side, turn_deg, "a sole")
    mirror = float(re.search(r"scale\((-?1) 1\)", drawing)[1])  # type: ignore[index]
    turned = float(re.search(r'<g transform="rotate\((-?[\d.]+)\)"><path d="M-9-44', drawing)[1])  # type: ignore[index]
    assert abs(turned) == pytest.approx(abs(turn_deg) * shoes.drawn_times(turn_deg), abs=0.01)
    nose_x = mirror * -shoes.NOSE * math.sin(math.radians(turned))
    bike_x = float(re.search(r'<text x="([\d.]+)"[^>]*>bike<', drawing)[1]) - shoes.CLEAT[0]  # type: ignore[index]
    assert (nose_x * bike_x > 0) == toward_bike
    # a sole from below: the bike is on the right shoe's right
    assert (bike_x > 0) == (side == "right")


def test_the_drawing_stands_on_the_card_only_where_the_foot_turns_with_the_cleat() -> None:
    stop = make_foot("left", 3.4, stop_deg=3.6)
    fixed, unknown = make_foot("right", 2.6, cleat_float_deg=0.0), make_foot("right", 2.6)
    free = make_foot("right", 2.6, cleat_float_deg=6.0)
    left, right = client_view(ENGLISH, make_session(stop, fixed)).shoes
    assert left.headline == "More float, or turn the cleat"
    assert "nose toward the bike" in left.cleat_caption
    assert not left.behind
    assert right.headline == "Try 2 varus wedges"
    assert "instead of wedges" in right.cleat_caption
    for foot in (unknown, free):
        (card,) = client_view(ENGLISH, make_session(foot)).shoes
        assert (card.cleat, card.cleat_caption) == ("", "")


def test_at_a_stop_the_wedges_come_second() -> None:
    foot = make_foot("right", 3.4, stop_deg=3.6)
    said = sentences.advice(ENGLISH, "right", foot.recommendation, 3)
    assert said.index("more float") < said.index("turn this one") < said.index("2 varus wedges")
    assert "wedges as they are" in sentences.what_next(ENGLISH, foot.recommendation)


def read(cli: Any, *arguments: str) -> dict[str, Any]:
    done = cli("analyze", STOP_RIDE, "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out)["feet"]["right"]


def test_from_the_command_line(run: Any) -> None:
    at_stop = read(run)
    turn = at_stop["recommendation"]["cleat"]["turn_deg"]
    assert at_stop["recommendation"]["cleat"]["reason"] == "float_stop"
    assert turn == pytest.approx(-at_stop["excess"]["deg"])
    assert turn < -1.0
    assert read(run, "--cleat-float", "0")["recommendation"]["cleat"]["reason"] == "no_float"
    told = run("analyze", STOP_RIDE, "--cleat-float", "0", "--details").out
    assert f"turn the cleat by {-turn:.1f}° so that the heel comes in: its nose toward the bike" in " ".join(
        told.split()
    )


def test_a_turn_typed_as_it_was_given_is_taken_off_the_wedges_change() -> None:
    def session(number: int, deg: float, fitted: int) -> Any:
        foot = plain_foot("right", deg, fitted=fitted, decided=True, cleat_float_deg=0.0)
        return plain_session(foot, sha256=f"{number:064d}")

    before = session(1, 3.0, 0)
    turn = before.feet["right"].recommendation.cleat.turn_deg
    after = session(2, 3.0 + turn - 0.8, 2)  # the foot turns with its cleat, and two wedges add 0.8 deg inward
    result = compare_sessions([before, after], turns_deg={"right": [0.0, turn]}, cleat_float_deg=0.0)
    change = result.feet["right"].change
    assert change is not None
    assert change.deg == pytest.approx(-0.8)


def test_inside_a_float_no_comparison_asks_for_a_turn() -> None:
    def session(number: int, deg: float, fitted: int) -> Any:
        return plain_session(plain_foot("right", deg, fitted=fitted, decided=True), sha256=f"{number:064d}")

    series = [session(n, deg, count) for n, (deg, count) in enumerate([(8.0, 0), (8.1, 3), (8.0, -3), (8.1, 0)])]
    told = {
        cleat_float: {
            item.code for item in compare_sessions(series, cleat_float_deg=cleat_float).feet["right"].findings
        }
        for cleat_float in (0.0, 6.0)
    }
    assert "compare_turn_cleat" in told[0.0]
    assert "compare_turn_cleat" not in told[6.0]


def test_a_stop_beside_an_excess_the_other_way_is_still_the_cleats() -> None:
    foot = plain_foot("left", 2.5, decided=True, float_stop=FloatStop(0.5, 2.4))
    assert foot.recommendation.step == "float_stop"
