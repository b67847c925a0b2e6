"""A value that a recorder writes where it has none: time and again, far from those before and after."""

from __future__ import annotations

import numpy as np
import pytest

from bikefit.io.plausible import checked_angle

RNG = np.random.default_rng(2)
FOOT = np.round(4.0 + 1.5 * np.sin(np.arange(6000) * 0.09) + 0.1 * RNG.standard_normal(6000), 3)


@pytest.mark.parametrize("value", [0.0, -1.0, -99.0, 127.0])
@pytest.mark.parametrize("run", [1, 20])
def test_it_is_missing_and_told(value: float, run: int) -> None:
    angle = FOOT.copy()
    for at in RNG.choice(np.arange(100, 5800, 40), 60, replace=False):
        angle[at : at + run] = value
    before = angle.copy()
    clean, found = checked_angle(angle, "left", "heel")
    assert np.array_equal(np.isnan(clean), before == value)
    assert [(item.code, item.values["value"], item.values["count"]) for item in found] == [
        ("value_for_missing", value, 60 * run)
    ]
    assert np.array_equal(angle, before)


@pytest.mark.parametrize(
    "angle_deg",
    [
        FOOT,
        np.round(FOOT),
        np.trunc(FOOT - 4.0),
        np.round(FOOT - 4.0, 1),
        FOOT[np.arange(6000) // 12 * 12],
        np.clip(FOOT, 3.0, 4.5),
        np.where(np.arange(6000) < 2500, 0.0, FOOT),
        np.where(np.arange(6000) % 1000 == 7, 0.0, FOOT),
    ],
    ids=["plain", "whole degrees", "cut to degrees", "tenths", "held", "stops", "stuck", "seldom"],
)
def test_what_a_foot_or_a_sensor_does_stays(angle_deg: np.ndarray) -> None:
    clean, found = checked_angle(angle_deg, "left", "heel")
    assert clean is angle_deg
    assert "value_for_missing" not in [item.code for item in found]


def turns(rate_hz: float, minutes: float, cadence_rpm: float) -> np.ndarray:
    """Turns of the crank at each sample, with a cadence that wanders a little."""
    time_s = np.arange(int(60.0 * minutes * rate_hz)) / rate_hz
    return cadence_rpm / 60.0 * (time_s + 0.2 * np.sin(time_s / 6.0))


@pytest.mark.parametrize("rate_hz", [15.0, 25.0, 50.0])
@pytest.mark.parametrize("resolution_deg", [0.2, 0.25, 0.5])
def test_a_heel_that_kicks_once_a_stroke_stays(rate_hz: float, resolution_deg: float) -> None:
    turn = turns(rate_hz, 10.0, 88.0)
    rng = np.random.default_rng(4)
    kicks = 4.0 * np.exp(-(((turn % 1.0 - 0.55) / 0.06) ** 2)) + 0.3 * np.cos(2.0 * np.pi * turn) - 3.0
    scatter = np.interp(turn, np.arange(int(turn[-1]) + 2), 0.2 * rng.standard_normal(int(turn[-1]) + 2))
    angle_deg = np.round((kicks + scatter) / resolution_deg) * resolution_deg
    assert "value_for_missing" not in [item.code for item in checked_angle(angle_deg, "left", "heel")[1]]


def test_a_rider_who_coasts_most_of_the_time_turns_steeply_between() -> None:
    turn = turns(10.0, 45.0, 88.0)
    rng = np.random.default_rng(4)
    pedals = np.arange(turn.size) % 300 > 200
    foot = 8.0 + 8.0 * np.cos(2.0 * np.pi * turn) * pedals + 0.2 * rng.standard_normal(turn.size)
    angle_deg = np.round(foot * 4.0) / 4.0
    assert "value_for_missing" not in [item.code for item in checked_angle(angle_deg, "left", "heel")[1]]
