import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from helpers.plain_strokes import plain_strokes
from helpers.stress_rides import score, stressed, true_means
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit import signals
from bikefit.analysis import analyze
from bikefit.conventions import REJECT_REASONS, STROKE_COLUMNS, Reference
from bikefit.model import Channel, FootTrace, Phase
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.simulate import Foot, Ride, Rider, simulate_ride, swing
from bikefit.strokes import Strokes, curves, find_strokes

SETTINGS = Settings()
ANGLES = ["mean_deg", "power_phase_deg", "recovery_phase_deg", "peak_deg"]


def analysed(trace: FootTrace, reference: Reference | None = None) -> tuple[Phase, Strokes]:
    phase = find_phase(trace, SETTINGS, reference=reference)
    return phase, find_strokes(trace, phase, SETTINGS)


def table_of(trace: FootTrace, reference: Reference | None = None) -> pd.DataFrame:
    return analysed(trace, reference)[1].table


def made(
    rpm: np.ndarray | float = 90.0,
    seconds: float = 40.0,
    rate_hz: float = 100.0,
    start_deg: float = 40.0,
    noise: float = 0.0,
    seed: int = 5,
) -> FootTrace:
    """A trace whose heel follows 5 + 2 cos(crank - 170) + 0.7 cos(2 crank - 40), whatever the crank does."""
    time = np.arange(0.0, seconds, 1.0 / rate_hz)
    speed = np.broadcast_to(6.0 * np.asarray(rpm), time.shape)
    crank = start_deg + np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) / rate_hz)])
    heel = 5.0 + 2.0 * np.cos(np.radians(crank - 170.0)) + 0.7 * np.cos(np.radians(2.0 * crank - 40.0))
    heel += noise * np.random.default_rng(seed).standard_normal(time.size)
    return FootTrace("right", time, heel, "rider", crank_deg=crank % 360.0, crank_source="crank_angle")


def window_mean(low: float, high: float) -> float:
    """Exact mean of `made`'s curve between two crank angles."""
    sines = [
        (2.0, 1.0, 170.0),
        (0.7, 2.0, 40.0),
    ]
    total = 5.0
    for size, order, shift in sines:
        edges = [np.sin(np.radians(order * at - shift)) for at in (high, low)]
        total += size * (edges[0] - edges[1]) / np.radians(order * (high - low))
    return total


def test_columns_and_kinds() -> None:
    table = table_of(made())
    assert tuple(table.columns) == STROKE_COLUMNS
    assert table["used"].dtype == bool
    assert table["stroke"].tolist() == list(range(1, len(table) + 1))
    assert set(table["foot"]) == {"right"}
    assert set(table["reject_reason"]) == {""}
    floats = [name for name in STROKE_COLUMNS if name.endswith(("_deg", "_s", "_rpm", "_w")) or name == "quality"]
    assert all(table[name].dtype == np.float64 for name in floats)


@pytest.mark.parametrize("rate_hz", [25.0, 100.0, 200.0])
def test_exact_means_of_a_known_curve(rate_hz: float) -> None:
    table = table_of(made(rate_hz=rate_hz))
    tolerance = 0.02 if rate_hz < 50.0 else 0.001
    np.testing.assert_allclose(table["mean_deg"], 5.0, atol=tolerance)
    np.testing.assert_allclose(table["power_phase_deg"], window_mean(30.0, 150.0), atol=tolerance)
    np.testing.assert_allclose(table["recovery_phase_deg"], window_mean(210.0, 330.0), atol=tolerance)
    crank = np.arange(0.0, 360.0, 0.1)
    curve = 5.0 + 2.0 * np.cos(np.radians(crank - 170.0)) + 0.7 * np.cos(np.radians(2.0 * crank - 40.0))
    np.testing.assert_allclose(table["peak_deg"], curve.max(), atol=0.05)
    np.testing.assert_allclose(table["peak_crank_deg"], crank[curve.argmax()], atol=4.0)
    np.testing.assert_allclose(table["range_deg"], np.ptp(curve), atol=0.1)


def test_the_curves_are_means_over_hundredths() -> None:
    _, strokes = analysed(made(rate_hz=200.0))
    edges = np.arange(101) * 3.6
    expected = [window_mean(low, high) for low, high in pairwise(edges)]
    np.testing.assert_allclose(strokes.curves.heel_out_deg[5], expected, atol=0.005)
    assert strokes.curves.heel_out_deg.shape == (len(strokes.table), 100)


def test_each_degree_has_one_vote_when_cadence_changes_within_the_stroke() -> None:
    time = np.arange(0.0, 40.0, 0.01)
    lurching = 80.0 * (1.0 + 0.5 * np.sin(2.0 * np.pi * 1.3 * time))
    table = table_of(made(lurching))
    assert len(table) > 45
    np.testing.assert_allclose(table["mean_deg"], 5.0, atol=0.003)
    np.testing.assert_allclose(table["power_phase_deg"], window_mean(30.0, 150.0), atol=0.004)


def test_boundaries_lie_between_samples() -> None:
    table = table_of(made(rate_hz=25.0))
    expected = (360.0 * np.arange(1, len(table) + 1) - 40.0) / 540.0
    np.testing.assert_allclose(table["start_s"], expected, atol=1e-9)
    np.testing.assert_allclose(table["end_s"], expected + 60.0 / 90.0, atol=1e-9)


def test_a_file_of_whole_strokes_holds_them_all() -> None:
    assert len(table_of(made(60.0, seconds=20.0, start_deg=0.0))) == 20
    assert len(table_of(made(60.0, seconds=20.0, start_deg=90.0))) == 19


@pytest.mark.parametrize("rpm", [60.0, 85.0, 110.0])
def test_recovery_on_a_simulated_ride(rpm: float) -> None:
    recording, truth = simulate_ride(Rider(), Ride(duration_s=200.0, cadence_rpm=rpm), seed=int(rpm))
    for side, trace in recording.feet.items():
        table, true = table_of(trace), truth.feet[side]
        inside = table["end_s"] <= trace.time_s[-1]  # a stroke may end within the last sample's own time
        table = table[inside]
        assert len(table) == true.start_s.size
        assert table["used"].all()
        assert np.abs(table["start_s"] - true.start_s).max() < 0.02
        assert np.abs(table["end_s"] - true.end_s).max() < 0.02
        assert np.sqrt(np.mean((table["mean_deg"] - true.mean_deg) ** 2)) < 0.05


@pytest.mark.parametrize("rate_hz", [25.0, 200.0])
def test_everything_at_once(rate_hz: float) -> None:
    trace, truth = stressed(rate_hz, seed=7)
    wanted = {"crank_angle": 0.999, "pitch": 0.995, "gyroscope": 0.98, "rotation": 0.98}
    for reference, least in wanted.items():
        phase, strokes = analysed(trace, reference)  # type: ignore[arg-type]
        assert score(truth, strokes, phase).f1 >= least, reference
        assert strokes.quality > 0.8
        if phase.is_crank:
            used = strokes.table[strokes.table["used"]]
            error = used["mean_deg"].to_numpy() - true_means(truth, used["start_s"].to_numpy())
            assert abs(error.mean()) < 0.01
            assert np.sqrt(np.mean(error**2)) < 0.05


def test_a_weak_trace_alone() -> None:
    """1 deg of amplitude, the second harmonic half of that, noise 0.15 deg, no other channel."""
    trace, truth = stressed(25.0, seed=9, first_deg=1.0, second_deg=0.5)
    phase, strokes = analysed(replace(trace, crank_deg=None, pitch_deg=None, pitch_rate_deg_s=None))
    assert phase.reference == "rotation"
    assert strokes.quality >= SETTINGS.quality_min
    assert score(truth, strokes, phase).f1 >= 0.98


def test_every_second_stroke_alone_is_enough() -> None:
    """Where a marker is hidden in every second stroke no two neighbours are whole, yet those left are strokes."""
    trace = made(noise=0.1)
    whole = table_of(trace)
    lacking = whole[whole["stroke"] % 2 == 0]
    heel = trace.heel_out_deg.copy()
    for at in lacking["start_s"] + 0.2 * (lacking["end_s"] - lacking["start_s"]):
        heel[(trace.time_s > at) & (trace.time_s < at + 0.25)] = np.nan
    _, strokes = analysed(replace(trace, heel_out_deg=heel))
    used = strokes.table[strokes.table["used"]]
    assert abs(len(used) - len(whole) / 2) <= 2
    assert strokes.quality > 0.9
    assert used["mean_deg"].mean() == pytest.approx(whole["mean_deg"].mean(), abs=0.05)
    assert not {"rotation_still", "noise_only"} & {item.code for item in strokes.findings}


def test_without_a_crank_nothing_is_said_of_crank_angles() -> None:
    table = table_of(replace(made(noise=0.1), crank_deg=None))
    assert len(table) > 50
    for name in ("power_phase_deg", "recovery_phase_deg", "peak_crank_deg"):
        assert table[name].isna().all()
    np.testing.assert_allclose(table["mean_deg"], 5.0, atol=0.1)


# ---- against the plain second implementation -----------------------------------------------------------------


def test_like_the_plain_implementation() -> None:
    ride = Ride(
        duration_s=90.0,
        coasts=((20.0, 4.0), (50.0, 7.0)),
        gaps=((35.0, 0.3),),
        cadence_rpm=((0.0, 60.0), (90.0, 105.0)),
        feet=("right",),
    )
    trace = simulate_ride(Rider(), ride, seed=12)[0].feet["right"]
    assert trace.crank_deg is not None
    plain = plain_strokes(trace.time_s.tolist(), trace.heel_out_deg.tolist(), trace.crank_deg.tolist())
    table = table_of(trace)
    table = table[table["end_s"] <= trace.time_s[-1]]
    assert len(table) == len(plain)
    np.testing.assert_allclose(table["start_s"], [stroke.start_s for stroke in plain], atol=1e-6)
    np.testing.assert_allclose(table["end_s"], [stroke.end_s for stroke in plain], atol=1e-6)
    reasons = table["reject_reason"].to_numpy()
    seen = [stroke.reason for stroke in plain]
    simple = np.isin(reasons, ["", "gap", "coasting", "cadence"])
    assert [reasons[k] for k in np.flatnonzero(simple)] == [seen[k] for k in np.flatnonzero(simple)]
    used = table["used"].to_numpy()
    assert used.sum() > 80
    for name in ("mean_deg", "power_phase_deg", "recovery_phase_deg"):
        expected = np.array([getattr(stroke, name) for stroke in plain])
        np.testing.assert_allclose(table[name].to_numpy()[used], expected[used], atol=0.02)


# ---- rejection ------------------------------------------------------------------------------------------------


def reasons_of(trace: FootTrace) -> dict[str, int]:
    counts = table_of(trace)["reject_reason"].value_counts().to_dict()
    assert set(counts) <= {"", *REJECT_REASONS}
    return {str(name): int(count) for name, count in counts.items() if name}


def speeds(*pieces: tuple[float, float], rate_hz: float = 100.0) -> np.ndarray:
    """Cadence in pieces of (seconds, rpm)."""
    return np.concatenate([np.full(round(seconds * rate_hz), rpm) for seconds, rpm in pieces])


def moved(*pieces: tuple[float, float], **also: float) -> FootTrace:
    rpm = speeds(*pieces)
    return made(rpm, seconds=rpm.size / 100.0, **also)  # type: ignore[arg-type]


def test_a_clean_ride_is_used_whole() -> None:
    assert reasons_of(made(noise=0.15)) == {}


def test_coasting_is_one_row() -> None:
    assert reasons_of(moved((20, 90), (8, 0), (20, 90))) == {"coasting": 1}


def test_standing_on_top_dead_centre_with_a_noisy_crank() -> None:
    trace = moved((20, 90), (8, 0), (20, 90), start_deg=0.0)
    assert trace.crank_deg is not None
    noise = 0.5 * np.random.default_rng(1).standard_normal(trace.time_s.size)
    table = table_of(replace(trace, crank_deg=(trace.crank_deg + noise) % 360.0))
    assert len(table) in (59, 60, 61)
    assert table["used"].sum() in (58, 59, 60)
    np.testing.assert_allclose(table.loc[table["used"], "mean_deg"], 5.0, atol=0.03)


def test_backpedalling_has_its_reason_and_ends() -> None:
    table = table_of(moved((20, 90), (5, -60), (20, 90)))
    back = table[table["reject_reason"] == "backpedalling"]
    assert 4 <= len(back) <= 7
    assert table["used"].sum() >= 56
    np.testing.assert_allclose(table.loc[table["used"], "mean_deg"], 5.0, atol=0.01)


def test_too_slow_and_too_fast() -> None:
    assert reasons_of(moved((20, 90), (20, 25), (20, 90)))["cadence"] >= 7
    assert reasons_of(moved((20, 90), (10, 175), (20, 90)))["cadence"] >= 27


def test_one_stroke_at_another_cadence() -> None:
    assert reasons_of(moved((20, 90), (60.0 / 140.0, 140), (20, 90))).keys() <= {"cadence_jump", "ramp"}
    assert reasons_of(moved((20, 90), (60.0 / 140.0, 140), (20, 90)))["cadence_jump"] >= 1


def test_a_start_from_rest_is_a_ramp() -> None:
    rpm = np.concatenate([np.linspace(0.0, 110.0, 500), np.full(3000, 110.0)])
    found = reasons_of(made(rpm, seconds=35.0, start_deg=5.0))
    assert found.get("ramp", 0) >= 1
    assert found.keys() <= {"ramp", "coasting", "cadence"}


@pytest.mark.parametrize("absent", ["rows", "values"])
def test_a_gap(absent: str) -> None:
    trace = made(noise=0.1)
    hole = (trace.time_s > 20.0) & (trace.time_s < 20.3)
    if absent == "rows":
        assert trace.crank_deg is not None
        trace = replace(
            trace,
            time_s=trace.time_s[~hole],
            heel_out_deg=trace.heel_out_deg[~hole],
            crank_deg=trace.crank_deg[~hole],
        )
    else:
        trace = replace(trace, heel_out_deg=np.where(hole, np.nan, trace.heel_out_deg))
    table = table_of(trace)
    assert len(table) == len(table_of(made()))
    assert set(table.loc[~table["used"], "reject_reason"]) == {"gap"}
    assert len(table[~table["used"]]) <= 2


def test_a_long_gap_is_hardly_any_strokes() -> None:
    trace = made(seconds=120.0)
    keep = (trace.time_s < 40.0) | (trace.time_s > 71.3)
    assert trace.crank_deg is not None
    trace = FootTrace("right", trace.time_s[keep], trace.heel_out_deg[keep], "rider", crank_deg=trace.crank_deg[keep])
    found = reasons_of(trace)  # two, where the unknown crank passes the top in between
    assert found.keys() == {"gap"}
    assert found["gap"] <= 2


def test_spikes_are_left_out_and_counted() -> None:
    trace = made(noise=0.1)
    heel = trace.heel_out_deg.copy()
    at = np.arange(150, 3900, 75)
    heel[at] += np.where(np.arange(at.size) % 2, 35.0, -45.0)
    phase, strokes = analysed(replace(trace, heel_out_deg=heel))
    _, clean = analysed(trace)
    first, last = strokes.table["start_s"].iloc[0], strokes.table["end_s"].iloc[-1]
    assert strokes.table["spikes_repaired"].sum() == np.sum((trace.time_s[at] >= first) & (trace.time_s[at] < last))
    assert strokes.table["used"].all()
    np.testing.assert_allclose(strokes.table["mean_deg"], clean.table["mean_deg"], atol=0.02)
    assert [item.code for item in strokes.findings] == ["spikes_left_out"]
    assert phase.quality > 0.99


def test_flicker() -> None:
    trace = made(noise=0.05)
    heel = trace.heel_out_deg.copy()
    heel[2000:2003] += 1.5
    table = table_of(replace(trace, heel_out_deg=heel))
    odd = table[table["reject_reason"] == "flicker"]
    assert len(odd) == 1
    assert odd["start_s"].iloc[0] <= 20.0 < odd["end_s"].iloc[0]


def test_an_unclipped_foot_is_a_shape() -> None:
    trace = made(noise=0.05)
    heel = trace.heel_out_deg + 9.0 * np.exp(-(((trace.time_s - 20.0) / 0.25) ** 2))
    found = reasons_of(replace(trace, heel_out_deg=heel))
    assert 1 <= found.pop("shape") <= 3
    assert found == {}


def test_what_the_source_calls_unusable() -> None:
    trace = made()
    turning = (trace.time_s > 10.0) & (trace.time_s < 12.0)
    assert 3 <= reasons_of(replace(trace, unusable={"turning": turning}))["turning"] <= 4


def test_too_few_samples() -> None:
    trace = made(rate_hz=12.0)
    assert set(reasons_of(trace)) == {"undersampled"}
    _, strokes = analysed(made(rate_hz=20.0, noise=0.05))
    assert "few_samples" in [item.code for item in strokes.findings]


def test_noise_or_nothing_beside_a_turning_crank() -> None:
    trace = made(seconds=120.0)
    noise = 0.15 * np.random.default_rng(2).standard_normal(trace.time_s.size)
    for values, code in ((noise, "noise_only"), (np.full(noise.size, 2.0), "rotation_still")):
        _, strokes = analysed(replace(trace, heel_out_deg=values))
        assert strokes.quality < 0.2
        assert [item.code for item in strokes.findings] == [code]


def codes_of(trace: FootTrace, cadence: Channel | None = None) -> dict[str, dict[str, object]]:
    """What was seen in the strokes, by code."""
    companions = {} if cadence is None else {"cadence_rpm": cadence}
    strokes = find_strokes(trace, find_phase(trace, SETTINGS, cadence), SETTINGS, companions)
    return {item.code: dict(item.values) for item in strokes.findings}


@pytest.mark.parametrize(("spoiled", "said"), [(10, False), (40, True)])
def test_many_strokes_left_out_are_a_warning(spoiled: int, said: bool) -> None:
    trace = made(seconds=100.0, noise=0.05)
    heel = trace.heel_out_deg.copy()
    for begin_s in np.linspace(5.0, 95.0, spoiled):
        heel[(trace.time_s > begin_s) & (trace.time_s < begin_s + 0.2)] = np.nan
    found = codes_of(replace(trace, heel_out_deg=heel))
    assert ("strokes_dropped" in found) == said
    if said:
        table = table_of(replace(trace, heel_out_deg=heel))
        assert found["strokes_dropped"]["percent"] == pytest.approx(100.0 * (~table["used"]).mean())
        assert found["strokes_dropped"]["why"] == {"gap": (~table["used"]).sum()}


def test_coasting_is_no_stroke_left_out() -> None:
    assert "strokes_dropped" not in codes_of(moved(*((4, 90), (3, 0)) * 12))


@pytest.mark.parametrize(
    ("factor", "how"), [(2.0, "doubled"), (0.5, "halved"), (0.0, "other"), (1.3, "other"), (1.05, None)]
)
def test_the_recorded_cadence_is_compared_with_that_of_the_strokes(factor: float, how: str | None) -> None:
    trace = made(noise=0.05)
    told = Channel(np.arange(0.0, 41.0), np.full(41, 90.0 * factor))
    for held in (trace, replace(trace, crank_deg=None)):
        found = codes_of(held, told)
        assert (found["cadence_differs"]["how"] if "cadence_differs" in found else None) == how
        if how is not None:
            assert found["cadence_differs"]["strokes"] == pytest.approx(90.0, abs=0.5)


def test_a_cadence_that_is_wrong_for_a_while_is_told() -> None:
    seconds = np.arange(0.0, 101.0)
    told = Channel(seconds, np.where(seconds < 40.0, 180.0, 90.0))
    found = codes_of(made(seconds=100.0, noise=0.05), told)["cadence_differs"]
    assert found["how"] == "doubled"
    assert found["percent"] == pytest.approx(40.0, abs=2.0)
    late = Channel(seconds, np.where((seconds > 40.0) & (seconds < 50.0), 120.0, 90.0))
    assert "cadence_differs" not in codes_of(made(seconds=100.0, noise=0.05), late)


def test_standing_and_seated() -> None:
    trace = made(seconds=120.0, noise=0.1)
    assert trace.crank_deg is not None
    standing = (trace.time_s > 40.0) & (trace.time_s < 80.0)
    pitch = 20.0 + 24.0 * standing + 18.0 * np.cos(np.radians(trace.crank_deg - 300.0))
    table = table_of(replace(trace, pitch_deg=pitch))
    middle = 0.5 * (table["start_s"] + table["end_s"])
    assert set(table.loc[(middle > 41.0) & (middle < 79.0), "posture"]) == {"standing"}
    assert set(table.loc[(middle < 39.0) | (middle > 81.0), "posture"]) == {"seated"}
    assert set(table_of(replace(trace, pitch_deg=pitch - 24.0 * standing))["posture"]) == {""}


def test_power_is_averaged_over_the_stroke() -> None:
    trace = made()
    power = Channel(np.arange(0.0, 41.0), 100.0 + 2.0 * np.arange(41.0))
    phase = find_phase(trace, SETTINGS)
    table = find_strokes(trace, phase, SETTINGS, {"power_w": power}).table
    middle = 0.5 * (table["start_s"] + table["end_s"])
    np.testing.assert_allclose(table["power_w"], 100.0 + 2.0 * middle, atol=0.3)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 10, 70, 150])
def test_almost_no_samples(size: int) -> None:
    trace = made()
    assert trace.crank_deg is not None
    part = replace(
        trace,
        time_s=trace.time_s[:size],
        heel_out_deg=trace.heel_out_deg[:size],
        crank_deg=trace.crank_deg[:size],
    )
    _, strokes = analysed(part)
    assert len(strokes.table) == len(strokes.curves.heel_out_deg) <= 2
    missing = replace(part, heel_out_deg=np.full(size, np.nan))
    assert not analysed(missing)[1].table["used"].any()


# ---- properties -------------------------------------------------------------------------------------------------

rides = st.builds(
    lambda rpm, seed, rate_hz: made(
        rpm + 8.0 * np.sin(np.arange(0.0, 20.0, 1.0 / rate_hz) * 0.7), 20.0, rate_hz, noise=0.15, seed=seed
    ),
    st.floats(45.0, 130.0),
    st.integers(0, 2**31),
    st.sampled_from([50.0, 100.0]),
)


def same(first: pd.DataFrame, second: pd.DataFrame, atol: float = 1e-6) -> None:
    assert len(first) == len(second)
    assert first["reject_reason"].tolist() == second["reject_reason"].tolist()
    for name in ("cadence_rpm", *ANGLES, "range_deg"):
        np.testing.assert_allclose(first[name], second[name], atol=atol, rtol=0.0, err_msg=name)


@settings(max_examples=15, deadline=None)
@given(rides, st.floats(-1e4, 1e5))
def test_time_shift(trace: FootTrace, shift_s: float) -> None:
    table, later = table_of(trace), table_of(replace(trace, time_s=trace.time_s + shift_s))
    same(table, later)
    np.testing.assert_allclose(later["start_s"], table["start_s"] + shift_s, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(rides, st.floats(-30.0, 30.0))
def test_offset(trace: FootTrace, offset_deg: float) -> None:
    table, moved_table = table_of(trace), table_of(replace(trace, heel_out_deg=trace.heel_out_deg + offset_deg))
    for name in ANGLES:
        np.testing.assert_allclose(moved_table[name], table[name] + offset_deg, atol=1e-6)
    np.testing.assert_allclose(moved_table["range_deg"], table["range_deg"], atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(rides)
def test_negation(trace: FootTrace) -> None:
    table, turned = table_of(trace), table_of(replace(trace, heel_out_deg=-trace.heel_out_deg))
    for name in ANGLES[:3]:
        np.testing.assert_allclose(turned[name], -table[name], atol=1e-9)
    np.testing.assert_allclose(turned["range_deg"], table["range_deg"], atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(rides)
def test_sides(trace: FootTrace) -> None:
    """The other foot with the other foot's crank angle gives the same numbers."""
    table, mirrored = table_of(trace), table_of(replace(trace, side="left"))
    same(table, mirrored)
    assert set(mirrored["foot"]) <= {"left"}


@settings(max_examples=15, deadline=None)
@given(rides)
def test_resampling_to_twice_the_rate(trace: FootTrace) -> None:
    assert trace.crank_deg is not None
    crank = np.unwrap(trace.crank_deg, period=360.0)
    time = np.linspace(trace.time_s[0], trace.time_s[-1], 2 * trace.time_s.size - 1)
    finer = replace(
        trace,
        time_s=time,
        heel_out_deg=np.interp(time, trace.time_s, trace.heel_out_deg),
        crank_deg=np.interp(time, trace.time_s, crank) % 360.0,
    )
    # a sample stands for the time up to the next, which twice the rate halves: the end of the ride is left out
    table, again = (one[one["end_s"] <= trace.time_s[-1] - 1e-3] for one in (table_of(trace), table_of(finer)))
    assert len(table) == len(again)
    np.testing.assert_allclose(again["mean_deg"], table["mean_deg"], atol=0.01)
    np.testing.assert_allclose(again["power_phase_deg"], table["power_phase_deg"], atol=0.05)


@settings(max_examples=15, deadline=None)
@given(rides, st.integers(2, 5))
def test_concatenation(trace: FootTrace, times: int) -> None:
    """A ride of whole strokes ridden several times over holds the same strokes several times over."""
    assert trace.crank_deg is not None
    crank = np.unwrap(trace.crank_deg, period=360.0)
    whole = np.floor((crank[-1] - crank[0]) / 360.0)
    end = int(np.searchsorted(crank, crank[0] + 360.0 * whole))
    length_s = trace.time_s[end]
    once = table_of(trace)
    joined = FootTrace(
        "right",
        np.concatenate([trace.time_s[:end] + k * length_s for k in range(times)]),
        np.tile(trace.heel_out_deg[:end], times),
        "rider",
        crank_deg=np.tile(trace.crank_deg[:end], times),
        crank_source="crank_angle",
    )
    table = table_of(joined)
    assert len(table) == times * whole - (1 if crank[0] % 360.0 > 1.0 else 0)
    middle = 0.5 * (table["start_s"] + table["end_s"])
    for k in range(times):
        inside = table[(middle > k * length_s + 0.5) & (middle < (k + 1) * length_s - 2.0)]
        own = np.abs(inside["start_s"].to_numpy()[:, None] - k * length_s - once["start_s"].to_numpy()).argmin(axis=1)
        np.testing.assert_allclose(inside["mean_deg"], once["mean_deg"].to_numpy()[own], atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.5, 2.0), st.integers(0, 1000))
def test_scale_of_the_movement_scales_means_and_ranges(factor: float, seed: int) -> None:
    trace = made(noise=0.02, seed=seed)
    table, scaled = table_of(trace), table_of(replace(trace, heel_out_deg=factor * trace.heel_out_deg))
    assert len(table) == len(scaled)
    for name in ANGLES[:3]:
        np.testing.assert_allclose(scaled[name], factor * table[name], atol=1e-9)


def test_more_strokes_than_are_worked_on_at_once() -> None:
    recording, truth = simulate_ride(
        Rider(right=Foot(mean_deg=3.0)), Ride(duration_s=900.0, rate_hz=50.0, feet=("right",)), seed=2
    )
    table = table_of(recording.feet["right"])
    error = table["mean_deg"].to_numpy() - true_means(truth.feet["right"], table["start_s"].to_numpy())
    assert len(table) > 1200
    assert np.abs(error).max() < 0.15


def test_a_stop_between_pulses_is_one_unused_row() -> None:
    ride = Ride(duration_s=120.0, coasts=((50.0, 12.0),), feet=("right",), crank=False, tdc_pulses=True)
    recording, truth = simulate_ride(Rider(), ride, seed=4)
    table = table_of(recording.feet["right"])
    coast = table[(table["start_s"] < 56.0) & (table["end_s"] > 56.0)]
    assert coast["reject_reason"].tolist() == ["coasting"]
    error = table["mean_deg"].to_numpy() - true_means(truth.feet["right"], table["start_s"].to_numpy())
    assert np.sqrt(np.mean(error[table["used"]] ** 2)) < 0.05
    assert len(table) == truth.feet["right"].start_s.size


@given(st.lists(st.integers(-3, 4), min_size=1, max_size=60))
def test_what_never_falls_is_the_highest_value_so_far(steps: list[int]) -> None:
    values = np.cumsum(np.array(steps, dtype=np.float64))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signals, "_SAMPLES_AT_ONCE", 7)
        assert signals.never_falling(values).tolist() == np.maximum.accumulate(values).tolist()


def test_curves_are_smoothed_alike_in_blocks_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    curve_deg = chance.standard_normal((23, curves.CURVE_POINTS))
    curve_deg[11] = np.nan
    follows = chance.random(22) > 0.3
    whole = curves.smooth(curve_deg, follows)
    monkeypatch.setattr(curves, "ROWS_AT_ONCE", 5)
    np.testing.assert_allclose(curves.smooth(curve_deg, follows), whole, rtol=1e-12, atol=1e-12)


def test_a_crank_that_stands_at_zero_first_begins_no_stroke() -> None:
    recording, _ = simulate_ride(Rider(), Ride(duration_s=40.0), 3)
    trace = recording.feet["right"]
    assert trace.crank_deg is not None
    stuck = replace(trace, crank_deg=np.where(trace.time_s < 20.0, 0.0, trace.crank_deg))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = table_of(stuck, "crank_angle")
    assert np.isfinite(table["start_s"]).all()
    assert table["used"].sum() > 20


@pytest.mark.parametrize(
    ("until_s", "crank_deg", "told"), [(20.0, 0.0, True), (20.0, 100.0, True), (20.0, np.nan, True), (5.0, 0.0, False)]
)
@pytest.mark.parametrize("first_s", [0.0, 10.0])
def test_a_crank_that_stands_while_the_foot_turns_is_told(
    first_s: float, until_s: float, crank_deg: float, told: bool
) -> None:
    recording, _ = simulate_ride(Rider(), Ride(duration_s=60.0), 3)
    trace = recording.feet["right"]
    assert trace.crank_deg is not None
    stands = (trace.time_s >= first_s) & (trace.time_s < first_s + until_s)
    stuck = replace(trace, crank_deg=np.where(stands, crank_deg, trace.crank_deg))
    found = [item for item in analysed(stuck, "crank_angle")[1].findings if item.code == "crank_stands"]
    assert bool(found) is told
    if told:
        assert found[0].values["seconds"] == pytest.approx(until_s, abs=1.5)


@pytest.mark.parametrize(("noise_deg", "rate_hz"), [(0.15, 100.0), (0.8, 200.0), (1.5, 100.0), (2.0, 25.0)])
def test_a_rider_who_coasts_is_no_crank_that_stands(noise_deg: float, rate_hz: float) -> None:
    coasts = ((10.0, 14.0), (40.0, 15.0), (70.0, 12.0))
    ride = Ride(duration_s=90.0, rate_hz=rate_hz, noise_deg=noise_deg, coasts=coasts)
    recording, _ = simulate_ride(Rider(Foot(heel_out=swing(0.8)), Foot()), ride, 3)
    for trace in recording.feet.values():
        assert "crank_stands" not in [item.code for item in analysed(trace)[1].findings]


@pytest.mark.parametrize("pitch", [True, False])
def test_a_foot_out_of_the_saddle_has_a_level_of_its_own(pitch: bool) -> None:
    recording, _ = simulate_ride(Rider(), Ride(duration_s=180.0, pitch=True), 3)
    trace = recording.feet["left"]
    assert trace.pitch_deg is not None
    stands = (trace.time_s > 80.0) & (trace.time_s < 100.0)
    standing = replace(
        trace,
        heel_out_deg=trace.heel_out_deg * np.where(stands, 1.8, 1.0) + 2.5 * stands,
        pitch_deg=trace.pitch_deg + 15.0 * stands if pitch else None,
    )
    foot = analyze(replace(recording, feet={"left": standing})).feet["left"]
    assert foot.columns is not None
    assert np.count_nonzero(foot.columns["reject_reason"] == "shape") > 20
    assert ("level_shift" in [item.code for item in foot.findings]) is not pitch


@pytest.mark.parametrize(("rate_hz", "off_deg"), [(30.0, 1.5), (30.0, -0.5), (100.0, 0.8)])
def test_strokes_of_a_stuck_sensor_have_no_vote(rate_hz: float, off_deg: float) -> None:
    ride = Ride(duration_s=120.0, rate_hz=rate_hz, noise_deg=0.5)
    recording, truth = simulate_ride(Rider(Foot(mean_deg=4.0), Foot()), ride, 3)
    trace = recording.feet["left"]
    stands = (trace.time_s > 40.0) & (trace.time_s < 80.0)
    stuck = replace(trace, heel_out_deg=np.where(stands, 4.0 + off_deg, trace.heel_out_deg))
    foot = analyze(replace(recording, feet={"left": stuck})).feet["left"]
    assert foot.excess.deg == pytest.approx(truth.feet["left"].expected_deg, abs=0.12)
    assert "strokes_dropped" in [item.code for item in foot.findings]


def test_a_crank_that_stands_is_told_however_noisy_the_angle() -> None:
    recording, _ = simulate_ride(Rider(Foot(), Foot(heel_out=swing(0.8))), Ride(duration_s=60.0, noise_deg=1.0), 3)
    trace = recording.feet["right"]
    assert trace.crank_deg is not None
    stuck = replace(trace, crank_deg=np.where(trace.time_s < 20.0, 0.0, trace.crank_deg))
    assert "crank_stands" in [item.code for item in analysed(stuck, "crank_angle")[1].findings]


def test_noise_of_a_foot_that_hardly_turns_is_no_crank_that_stands_where_it_coasts() -> None:
    ride = Ride(duration_s=90.0, coasts=((10.0, 14.0), (40.0, 15.0), (70.0, 12.0)))
    quiet = Foot(heel_out=swing(0.25, 0.0))
    recording, _ = simulate_ride(Rider(quiet, quiet), ride, 3)
    for side, trace in recording.feet.items():
        noise_deg = 0.5 * np.random.default_rng(len(side)).standard_normal(trace.time_s.size)
        noisy = replace(trace, heel_out_deg=trace.heel_out_deg + noise_deg)
        assert "crank_stands" not in [item.code for item in analysed(noisy)[1].findings]


@pytest.mark.parametrize("late_s", [1.5, 5.0])
def test_a_filter_that_swings_in_moves_no_number_unsaid(late_s: float) -> None:
    recording, truth = simulate_ride(Rider(Foot(mean_deg=4.0), Foot()), Ride(duration_s=120.0), 3)
    trace = recording.feet["left"]
    swung = replace(trace, heel_out_deg=trace.heel_out_deg - 30.0 * np.exp(-trace.time_s / late_s))
    foot = analyze(replace(recording, feet={"left": swung})).feet["left"]
    told = {reason.code for reason in foot.recommendation.reasons}
    near = abs(foot.excess.deg - truth.feet["left"].expected_deg) < 0.35
    assert near if late_s < 2.0 else "angle_implausible" in told
