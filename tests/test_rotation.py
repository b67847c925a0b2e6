import math

import numpy as np
import pandas as pd
import pytest

from bikefit.conventions import STROKE_COLUMNS
from bikefit.model import StrokeCurves
from bikefit.phase import find_phase
from bikefit.rotation import find_level_change, summarise_rotation
from bikefit.rotation.float_stop import find_float_stop
from bikefit.settings import Settings
from bikefit.simulate import Foot, Harmonics, Ride, Rider, simulate_ride
from bikefit.strokes import Strokes, find_strokes

SETTINGS = Settings()


def table(means: np.ndarray, stroke_s: float = 0.7) -> tuple[pd.DataFrame, StrokeCurves]:
    """A stroke table of given means: power phase a degree above, peak two above at 10 and 350 deg."""
    count = means.size
    start = stroke_s * np.arange(count)
    columns: dict[str, object] = dict.fromkeys(STROKE_COLUMNS, 0.0)
    columns |= {
        "foot": "left",
        "stroke": np.arange(1, count + 1),
        "start_s": start,
        "end_s": start + stroke_s,
        "mean_deg": means,
        "power_phase_deg": means + 1.0,
        "recovery_phase_deg": means - 1.0,
        "peak_deg": means + 2.0,
        "peak_crank_deg": np.where(np.arange(count) % 2, 350.0, 10.0),
        "range_deg": 4.0,
        "used": True,
        "reject_reason": "",
    }
    curve = 2.0 * np.cos(np.linspace(0.0, 2.0 * np.pi, 100, endpoint=False))
    return pd.DataFrame(columns, columns=list(STROKE_COLUMNS)), StrokeCurves(means[:, None] + curve)


def ridden(foot: Foot, seed: int = 5, seconds: float = 300.0) -> Strokes:
    recording, _ = simulate_ride(Rider(right=foot), Ride(duration_s=seconds, feet=("right",)), seed)
    trace = recording.feet["right"]
    return find_strokes(trace, find_phase(trace, SETTINGS), SETTINGS)


def test_numbers_by_hand() -> None:
    strokes, curves = table(np.tile([1.0, 2.0, 3.0, 2.0], 10))
    rotation, findings = summarise_rotation(strokes, curves, "mean", SETTINGS, is_crank=True)
    assert findings == ()
    assert rotation.metric == "mean"
    assert rotation.value_deg == rotation.mean_deg == 2.0
    assert rotation.power_phase_deg == 3.0
    assert rotation.recovery_phase_deg == 1.0
    assert rotation.peak_deg == 4.0
    assert min(rotation.peak_crank_deg, 360.0 - rotation.peak_crank_deg) == pytest.approx(0.0, abs=1e-6)
    assert rotation.range_deg == 4.0
    assert rotation.stroke_sd_deg == pytest.approx(np.std(np.tile([1.0, 2.0, 3.0, 2.0], 10), ddof=1))
    assert rotation.float_stop is None
    low, high = rotation.interval_deg
    assert low < 2.0 < high
    assert high - 2.0 == pytest.approx(2.0 - low)


@pytest.mark.parametrize(("metric", "value"), [("mean", 2.0), ("power_phase", 3.0), ("peak", 4.0)])
def test_the_metric_is_what_the_value_is_the_mean_of(metric: str, value: float) -> None:
    strokes, curves = table(np.tile([1.0, 2.0, 3.0, 2.0], 10))
    rotation, _ = summarise_rotation(strokes, curves, metric, SETTINGS, is_crank=True)  # type: ignore[arg-type]
    assert rotation.value_deg == value


def test_rejected_strokes_have_no_vote() -> None:
    strokes, curves = table(np.concatenate([np.full(20, 1.0), np.full(20, 50.0)]))
    strokes.loc[20:, "used"] = False
    rotation, _ = summarise_rotation(strokes, curves, "mean", SETTINGS, is_crank=True)
    assert rotation.value_deg == 1.0
    assert rotation.standard_error_deg == 0.0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_strokes_for_an_error(count: int) -> None:
    strokes, curves = table(np.full(count, 1.0))
    rotation, findings = summarise_rotation(strokes, curves, "mean", SETTINGS, is_crank=True)
    assert findings == ()
    assert math.isnan(rotation.standard_error_deg)
    assert math.isnan(rotation.interval_deg[0])
    assert rotation.value_deg == 1.0 or count == 0


def test_without_a_crank_there_is_no_peak_angle() -> None:
    strokes, curves = table(np.tile([1.0, 2.0], 20))
    assert math.isnan(summarise_rotation(strokes, curves, "mean", SETTINGS, is_crank=False)[0].peak_crank_deg)


def test_related_strokes_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    means = rng.standard_normal(500)
    for index in range(1, means.size):
        means[index] += 0.8 * means[index - 1]
    related, _ = summarise_rotation(*table(means), "mean", SETTINGS, is_crank=True)
    shuffled, _ = summarise_rotation(*table(rng.permutation(means)), "mean", SETTINGS, is_crank=True)
    assert related.standard_error_deg > 2.0 * shuffled.standard_error_deg


def test_drift_over_the_ride() -> None:
    steady_deg = 0.1 * np.random.default_rng(1).standard_normal(2000)
    hours = 0.7 * np.arange(2000) / 3600.0
    rotation, findings = summarise_rotation(*table(steady_deg + 3.0 * hours), "mean", SETTINGS, is_crank=True)
    assert rotation.trend_deg_per_h == pytest.approx(3.0, abs=0.1)
    assert [item.code for item in findings] == ["drift"]
    assert findings[0].values["side"] == "left"
    _, steady = summarise_rotation(*table(steady_deg), "mean", SETTINGS, is_crank=True)
    assert steady == ()


def test_a_short_ride_shows_no_drift_by_chance() -> None:
    """40 strokes have a large trend per hour; it is nothing."""
    for seed in range(20):
        means = 0.3 * np.random.default_rng(seed).standard_normal(40)
        assert summarise_rotation(*table(means), "mean", SETTINGS, is_crank=True)[1] == ()


def test_whole_rides_hold_the_truth_in_their_interval() -> None:
    """12 rides, both feet: at most 4 of 24 intervals miss, which 95 % coverage exceeds once in 100 times."""
    missed = 0
    for seed in range(12):
        rider = Rider(left=Foot(mean_deg=-2.0, stroke_sd_deg=0.6), right=Foot(mean_deg=4.0, stroke_sd_deg=0.6))
        recording, truth = simulate_ride(rider, Ride(duration_s=240.0, rate_hz=50.0), 100 + seed)
        for side, trace in recording.feet.items():
            strokes = find_strokes(trace, find_phase(trace, SETTINGS), SETTINGS)
            rotation, _ = summarise_rotation(strokes.table, strokes.curves, "mean", SETTINGS, is_crank=True)
            low, high = rotation.interval_deg
            missed += not low <= truth.feet[side].expected_deg <= high
    assert missed <= 4


# ---- level ----------------------------------------------------------------------------------------------------------


def noise(count: int, seed: int, sd: float = 0.4) -> np.ndarray:
    values = np.random.default_rng(seed).standard_normal(count)
    for index in range(1, count):
        values[index] = 0.6 * values[index - 1] + 0.8 * values[index]
    return sd * values


def seconds(count: int) -> np.ndarray:
    return 0.67 * np.arange(count)


@pytest.mark.parametrize("count", [130, 350, 3000])
def test_steps_of_level_are_found(count: int) -> None:
    """Once, and there and back: nine in ten at 2 deg, SD 0.4 and a part of an eighth."""
    one, part = np.zeros(count), np.zeros(count)
    one[count // 2 :] = 2.0
    part[count // 3 : count // 3 + max(count // 8, 20)] = 2.0
    for shape in (one, part):
        found = [find_level_change(seconds(count), shape + noise(count, seed)) for seed in range(20)]
        steps = [change for change in found if change is not None and change.kind == "steps"]
        assert len(steps) >= 17
        assert np.median([change.low_deg for change in steps]) == pytest.approx(0.0, abs=0.2)
        assert np.median([change.high_deg for change in steps]) == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("count", [40, 130, 350, 3000])
@pytest.mark.parametrize("sd", [0.3, 1.2])
def test_noise_is_no_change_of_level(count: int, sd: float) -> None:
    found = [find_level_change(seconds(count), noise(count, seed, sd)) for seed in range(40)]
    assert sum(change is not None for change in found) <= 2


@pytest.mark.parametrize("count", [350, 3000])
def test_a_straight_drift_is_no_step(count: int) -> None:
    found = [find_level_change(seconds(count), np.linspace(0.0, 2.0, count) + noise(count, seed)) for seed in range(20)]
    assert [change.kind for change in found if change is not None] == ["drift"] * 20


def test_a_rare_episode_does_not_widen_the_interval() -> None:
    values = noise(2000, 1)
    values[900:940] += 4.0
    assert find_level_change(seconds(2000), values) is None


@pytest.mark.parametrize("shape", ["step", "drift"])
def test_the_interval_holds_both_levels(shape: str) -> None:
    means = noise(300, 2, 0.2) + (np.repeat([1.0, 3.5], [200, 100]) if shape == "step" else np.linspace(1.0, 3.5, 300))
    rotation, findings = summarise_rotation(*table(means), "mean", SETTINGS, is_crank=True)
    assert [item.code for item in findings] == ["level_shift" if shape == "step" else "drift"]
    change = rotation.level_change
    assert change is not None
    assert (change.low_deg, change.high_deg) == pytest.approx((1.0, 3.5), abs=0.15)
    low, high = rotation.interval_deg
    assert low < change.low_deg
    assert high > change.high_deg
    assert rotation.standard_error_deg > 0.6


# ---- float stop ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [(-math.inf, 4.5), (-math.inf, 4.0), (1.5, math.inf)])
@pytest.mark.parametrize("stroke_sd_deg", [0.3, 1.0])
def test_a_float_stop_is_found(limits: tuple[float, float], stroke_sd_deg: float) -> None:
    foot = Foot(mean_deg=3.0, stroke_sd_deg=stroke_sd_deg, float_stop_deg=limits)
    recording, truth = simulate_ride(Rider(right=foot), Ride(duration_s=300.0, feet=("right",)), seed=5)
    trace = recording.feet["right"]
    strokes = find_strokes(trace, find_phase(trace, SETTINGS), SETTINGS)
    rotation, findings = summarise_rotation(strokes.table, strokes.curves, "mean", SETTINGS, is_crank=True)
    assert rotation.float_stop is not None
    assert rotation.float_stop.deg == pytest.approx(limits[1] if math.isfinite(limits[1]) else limits[0], abs=0.1)
    assert rotation.float_stop.share == pytest.approx(truth.feet["right"].at_stop_share, abs=0.05)
    assert [item.code for item in findings] == ["float_stop"]


@pytest.mark.parametrize("second", [(0.0, 60.0), (0.5, 60.0), (0.5, 85.0), (1.0, 85.0), (1.0, 0.0)])
@pytest.mark.parametrize("stroke_sd_deg", [0.0, 0.3, 1.0])
def test_a_free_foot_has_no_float_stop(second: tuple[float, float], stroke_sd_deg: float) -> None:
    foot = Foot(stroke_sd_deg=stroke_sd_deg, heel_out=Harmonics(0.0, (2.0, second[0]), (170.0, 2 * second[1])))
    strokes = ridden(foot, seconds=120.0)
    assert find_float_stop(strokes.curves.heel_out_deg[strokes.table["used"]], None) is None


def test_a_known_float_sharpens_the_search() -> None:
    """A slight stop that could be a round top is believed where the foot uses the whole float that the cleat has."""
    foot = Foot(mean_deg=3.0, stroke_sd_deg=0.3, float_stop_deg=(1.2, 4.65))
    strokes = ridden(foot)
    curves = strokes.curves.heel_out_deg[strokes.table["used"]]
    assert find_float_stop(curves, 3.45) is not None
    free = ridden(Foot(mean_deg=3.0, stroke_sd_deg=0.3))
    curves = free.curves.heel_out_deg[free.table["used"]]
    assert find_float_stop(curves, 9.0) is None
    assert find_float_stop(curves[:5], None) is None


# ---- what is left out in one stretch ------------------------------------------------------------------------------


def half_otherwise(change) -> tuple[pd.DataFrame, StrokeCurves]:
    """Strokes whose later part was left out as unlike the others; ``change`` says what it did instead."""
    curve = 2.0 * np.sin(np.radians(np.arange(0.0, 360.0, 3.6)))
    means = np.full(200, 4.0) + noise(200, 3, 0.2)
    curves = means[:, None] + curve
    curves[120:] = change(curves[120:])
    strokes, _ = table(curves.mean(axis=1))
    strokes["used"] = np.arange(200) < 120
    strokes["reject_reason"] = np.where(strokes["used"], "", "shape")
    return strokes, StrokeCurves(curves)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda curves: -curves, ["level_shift"]),  # the sign turned, or the other foot's
        (lambda curves: 0.5 * curves - 1.0, ["level_shift"]),
        (lambda curves: 0.0 * curves, []),  # stuck
        (lambda curves: np.random.default_rng(0).standard_normal(curves.shape), []),  # noise
        (lambda curves: 1.5 * (curves - 4.0) + 4.0, []),  # another shape on the same level
    ],
)
def test_a_stretch_of_its_own_is_a_level_of_the_foot(change, told: list[str]) -> None:
    strokes, curves = half_otherwise(change)
    rotation, findings = summarise_rotation(strokes, curves, "mean", SETTINGS, is_crank=True)
    assert [item.code for item in findings] == told
    low, high = rotation.interval_deg
    assert rotation.value_deg == pytest.approx(4.0, abs=0.1)
    if told:
        assert low < strokes["mean_deg"][120:].mean() < high


def test_a_short_level_that_no_foot_has_is_told() -> None:
    values = noise(200, 1)
    values[:10] -= 12.0
    change = find_level_change(seconds(200), values)
    assert change is not None
    assert change.size_deg > SETTINGS.level_change_max_deg
