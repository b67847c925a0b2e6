"""The JSON object of a session, key by key and type by type, in every outcome and with every kind of choice."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from bikefit.analysis import AnalyzeOptions, NeutralChoice, analyze
from bikefit.conventions import METRICS, REFERENCES, REJECT_REASONS, STROKE_ANGLES
from bikefit.model import Action, Recording
from bikefit.model.findings import codes
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.wedge_systems import known_systems

NUMBER = "number"
MAYBE = "number or null"
COUNT = "count"
CLEAT_REASONS = (
    "float_stop", "no_float", "float_unknown", "inside_float", "within_band", "interval_holds_neutral", "undetermined",
)  # fmt: skip


def pair(kind: str) -> list[str]:
    return [kind, kind]


def follows(value: Any, shape: Any, where: str) -> None:
    """Assert that a value has the shape: a dict of shapes, a list of shapes, or the name of a kind."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert list(value) == list(shape), where
        for name, inner in shape.items():
            follows(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        assert len(value) == len(shape), where
        for number, (item, inner) in enumerate(zip(value, shape, strict=True)):
            follows(item, inner, f"{where}[{number}]")
    elif isinstance(shape, tuple):
        assert value in shape, f"{where}: {value}"
    elif callable(shape):
        shape(value)
    elif shape == COUNT:
        assert type(value) is int, f"{where}: {value}"
    elif shape == "text":
        assert type(value) is str, f"{where}: {value}"
    elif shape == "truth":
        assert type(value) is bool, f"{where}: {value}"
    else:
        assert (value is None and shape == MAYBE) or type(value) in (int, float), f"{where}: {value}"


def findings(value: Any) -> None:
    for item in value:
        assert list(item) == ["level", "code", "message", "values"]
        assert item["level"] == codes()[item["code"]].level
        assert item["message"]


def reasons(value: Any) -> None:
    assert value
    for item in value:
        assert list(item) == ["code", "message"]
        assert item["code"] in codes()


def rejected(value: Any) -> None:
    assert set(value) <= set(REJECT_REASONS)
    assert all(type(count) is int and count > 0 for count in value.values())


OPTION = {
    "wedges": COUNT, "expected_deg": NUMBER, "interval_deg": pair(NUMBER), "chance_closer": NUMBER,
    "chance_within_1deg": NUMBER, "expected_loss_deg2": NUMBER,
}  # fmt: skip
RECORDING = {
    "name": "text", "sha256": "text", "format": "text", "start": (None,), "from_s": NUMBER, "to_s": NUMBER,
    "duration_s": NUMBER, "sampling_rate_hz": NUMBER,
}  # fmt: skip
STROKES = {
    "found": COUNT, "used": COUNT, "rejected": rejected, "cadence_rpm": MAYBE, "reference": (*REFERENCES, None),
    "quality": MAYBE,
}  # fmt: skip


def next_step(value: Any) -> None:
    assert list(value) == ["action", "counts"]
    assert value["action"] in get_args(Action)
    assert all(type(count) is int for count in value["counts"])


def options(value: Any) -> None:
    assert [item["wedges"] for item in value] == sorted(item["wedges"] for item in value)
    for item in value:
        follows(item, OPTION, "option")


def rotation(kind: str) -> dict[str, Any]:
    angles = (*(row.column for row in STROKE_ANGLES), "peak_crank_deg")
    return {
        "metric": tuple(METRICS), "value_deg": kind, "standard_error_deg": kind, "interval_deg": pair(kind),
        **dict.fromkeys(angles, MAYBE), "range_deg": kind, "stroke_sd_deg": kind, "trend_deg_per_h": MAYBE,
        "float_stop": lambda stop: stop is None or follows(stop, {"share": NUMBER, "deg": NUMBER}, "float_stop"),
    }  # fmt: skip


def decided(outcome: str) -> dict[str, Any]:
    return {
        "outcome": (outcome,), "wedges": COUNT, "placement": ("varus", "valgus", None), "change": COUNT,
        "system": tuple(known_systems()), "cant_deg": NUMBER, "expected_deg": NUMBER, "interval_deg": pair(NUMBER),
        "chance_closer": NUMBER, "chance_worse": NUMBER,
        "response": {"mean": NUMBER, "sd": NUMBER, "source": ("assumption", "own")},
        "cleat": {"turn_deg": MAYBE, "reason": CLEAT_REASONS}, "options": options, "reasons": reasons,
        "next_step": next_step,
    }  # fmt: skip


def undecided() -> dict[str, Any]:
    none = (None,)
    return {
        **dict.fromkeys(decided(""), none), "outcome": ("undetermined",), "system": tuple(known_systems()),
        "response": {"mean": none, "sd": none, "source": ("assumption", "own")},
        "cleat": {"turn_deg": none, "reason": ("undetermined",)}, "options": [], "reasons": reasons,
        "next_step": {"action": ("check", "record"), "counts": []},
    }  # fmt: skip


def check(document: dict[str, Any], asked: AnalyzeOptions) -> list[str]:
    """Check a whole document; return the outcomes in it."""
    assert list(document) == ["schema", "version", "recording", "settings", "asymmetry_deg", "findings", "feet"]
    assert document["schema"] == "bikefit.session/2"
    follows(document["recording"], RECORDING, "recording")
    follows(document["asymmetry_deg"], MAYBE, "asymmetry_deg")
    assert list(document["settings"]) == list(Settings().to_dict())
    findings(document["findings"])
    for side, foot in document["feet"].items():
        assert list(foot) == ["strokes", "rotation", "neutral", "excess", "recommendation", "findings"]
        findings(foot["findings"])
        advice = foot["recommendation"]
        unknown = advice["outcome"] == "undetermined"
        follows(foot["strokes"], STROKES, "strokes")
        follows(foot["rotation"], rotation(MAYBE if unknown else NUMBER), "rotation")
        kinds = ("zero", "static", "recovery", "number", "none")
        kind = MAYBE if unknown else NUMBER
        follows(foot["neutral"], {"kind": kinds, "deg": kind}, "neutral")
        follows(foot["excess"], {"deg": kind, "interval_deg": pair(kind), "lower_bound": "truth"}, "excess")
        follows(advice, undecided() if unknown else decided(advice["outcome"]), "recommendation")
        if not unknown:
            means(foot, asked, asked.fitted("left" if side == "left" else "right"))
    return [foot["recommendation"]["outcome"] for foot in document["feet"].values()]


def means(foot: dict[str, Any], asked: AnalyzeOptions, fitted: int) -> None:
    """Check that the numbers of one decided foot belong together."""
    advice, system = foot["recommendation"], known_systems()[asked.system]
    total = advice["wedges"] * {"varus": 1, "valgus": -1, None: 0}[advice["placement"]]
    assert 0 <= advice["wedges"] <= system.cap
    assert (advice["placement"] is None) == (advice["wedges"] == 0)
    assert advice["change"] == total - fitted
    assert advice["cant_deg"] == pytest.approx(total * system.cant_deg)
    chosen = next(item for item in advice["options"] if item["wedges"] == total)
    for name in ("expected_deg", "interval_deg", "chance_closer"):
        assert advice[name] == chosen[name]
    assert advice["chance_closer"] + advice["chance_worse"] == pytest.approx(1.0 if advice["change"] else 0.0)
    if advice["outcome"] in ("no_wedge", "keep"):
        assert (advice["change"], advice["outcome"]) == (0, "keep" if fitted else "no_wedge")
    assert foot["excess"]["deg"] == pytest.approx(foot["rotation"]["value_deg"] - foot["neutral"]["deg"])
    turn = advice["cleat"]["turn_deg"]
    assert (turn is None) == (advice["cleat"]["reason"] in ("inside_float", "within_band", "interval_holds_neutral"))
    assert turn is None or turn == pytest.approx(-foot["excess"]["deg"])
    assert foot["rotation"]["metric"] == asked.metric
    follows_on(advice, fitted)
    if foot["neutral"]["kind"] == "recovery":
        assert advice["change"] in (-1, 0, 1)
        assert "recovery_limit" in [item["code"] for item in foot["findings"]]


def follows_on(advice: dict[str, Any], fitted: int) -> None:
    """Check that the next step is that of the outcome."""
    step = advice["next_step"]
    if step["action"] == "ride":
        assert (advice["change"], step["counts"]) == (0, [fitted])
    elif step["action"] == "compare":
        assert fitted
        assert step["counts"] == [0]
    elif step["action"] == "test":
        assert (fitted, advice["outcome"]) == (0, "fit_wedges")
        assert sum(step["counts"]) == 0
        assert step["counts"][0] == step["counts"][-1] == 0
    else:
        assert step["action"] == "check"


def whole(recording: Recording, asked: AnalyzeOptions) -> list[str]:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    document = analyze(recording, asked).to_dict()
    return check(json.loads(json.dumps(document, allow_nan=False), parse_constant=refuse), asked)


RIDE = simulate_plain(duration_s=40, rate_hz=50, seed=3, right_mean_deg=2.5, left_mean_deg=-0.2)[0]


@pytest.mark.parametrize(("system", "metric"), list(product(known_systems(), METRICS)))
def test_every_choice_follows_the_contract(system: str, metric: Any) -> None:
    neutrals: list[NeutralChoice | None] = [None, "zero", "recovery", "static", 8.0, -20.0]
    seen = set()
    for neutral, fitted in product(neutrals, (-3, 0, 2)):
        pose = (0.0, 2.0) if neutral == "static" else None
        asked = AnalyzeOptions(
            system=system, metric=metric, neutral=neutral, left_wedges=fitted, right_wedges=-fitted, pose=pose
        )
        seen.update(whole(RIDE, asked))
    assert seen == {"no_wedge", "keep", "fit_wedges", "beyond_stack"}


def without_zero(recording: Recording) -> Recording:
    return replace(recording, feet={side: replace(trace, zero="none") for side, trace in recording.feet.items()})


@pytest.mark.parametrize(
    ("recording", "asked"),
    [
        (without_zero(RIDE), AnalyzeOptions()),
        (without_zero(RIDE), AnalyzeOptions(neutral="zero")),
        (RIDE, AnalyzeOptions(to_s=4.0)),
        (RIDE, AnalyzeOptions(to_s=1.0)),
        (simulate_plain(duration_s=40, rate_hz=5, seed=3)[0], AnalyzeOptions()),
        (simulate_plain(duration_s=40, rate_hz=1, seed=3)[0], AnalyzeOptions()),
        (simulate_plain(duration_s=40, rate_hz=50, seed=3, crank=False)[0], AnalyzeOptions(metric="power_phase")),
        (
            replace(RIDE, feet={s: replace(t, heel_out_deg=t.heel_out_deg * math.nan) for s, t in RIDE.feet.items()}),
            AnalyzeOptions(),
        ),
    ],
)
def test_cannot_tell_has_no_number(recording: Recording, asked: AnalyzeOptions) -> None:
    assert whole(recording, asked) == ["undetermined", "undetermined"]


def test_a_foot_that_was_not_recorded_is_absent() -> None:
    alone = simulate_plain(duration_s=40, rate_hz=50, seed=3, side="left")[0]
    document = analyze(alone).to_dict()
    assert list(document["feet"]) == ["left"]
    assert document["asymmetry_deg"] is None
    check(document, AnalyzeOptions())
