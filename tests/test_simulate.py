"""The simulated riders do what they say: checked against slow plain sums, not against themselves."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit.errors import UsageError
from bikefit.simulate import Foot, Ride, Rider, Section, scatter, simulate_plain, simulate_ride
from bikefit.simulate.motion import STILL_RPM, CrankMotion
from bikefit.simulate.sampling import autoregressive
from bikefit.simulate.truth import expected_clipped

QUIET = Ride(duration_s=30.0, noise_deg=0.0)


def test_same_seed_same_ride_and_another_seed_another():
    (first, _), (again, _), (other, _) = (simulate_ride(seed=seed) for seed in (3, 3, 4))
    for side in ("left", "right"):
        np.testing.assert_array_equal(first.feet[side].heel_out_deg, again.feet[side].heel_out_deg)
        assert not np.allclose(first.feet[side].heel_out_deg, other.feet[side].heel_out_deg)
    assert first.sha256 == again.sha256 != other.sha256


def test_noise_leaves_the_strokes_alone():
    _, quiet = simulate_ride(ride=QUIET, seed=5)
    _, loud = simulate_ride(ride=replace(QUIET, noise_deg=2.0, spike_share=0.05, missing_share=0.1), seed=5)
    np.testing.assert_array_equal(quiet.feet["left"].mean_deg, loud.feet["left"].mean_deg)


@pytest.mark.parametrize("stop", [None, (-np.inf, 3.5), (1.0, 3.5)])
def test_stroke_means_and_boundaries_against_a_fine_recording(stop):
    foot = Foot(mean_deg=2.5, stroke_sd_deg=0.6, trend_deg_per_h=30.0, float_stop_deg=stop)
    ride = replace(QUIET, duration_s=12.0, rate_hz=4000.0, cadence_rpm=((0, 60), (12, 110)), dead_spot_share=0.1)
    recording, truth = simulate_ride(Rider(left=foot, right=foot), ride, seed=2)
    for side, true in truth.feet.items():
        trace = recording.feet[side]
        crank = np.unwrap(trace.crank_deg, period=360)
        tops = 360 * np.arange(np.ceil(crank[0] / 360), np.floor(crank[-1] / 360) + 1)
        np.testing.assert_allclose(np.interp(tops, crank, trace.time_s)[:-1], true.start_s, atol=1e-5)
        for top, mean in zip(tops[:-1], true.mean_deg, strict=True):
            even = top + np.arange(0.5, 3600) / 10
            assert np.interp(even, crank, trace.heel_out_deg).mean() == pytest.approx(mean, abs=1e-4)


def test_expectation_is_what_many_strokes_average_to():
    foot = Foot(mean_deg=3.0, stroke_sd_deg=1.0, rho=0.3, float_stop_deg=(-np.inf, 4.0))
    _, truth = simulate_ride(Rider(right=foot), replace(QUIET, duration_s=7200.0, rate_hz=10.0), seed=1)
    true = truth.feet["right"]
    error = true.mean_deg.std() * np.sqrt((1 + 0.3) / (1 - 0.3) / true.mean_deg.size)
    assert true.expected_deg < 2.9
    assert true.mean_deg.mean() == pytest.approx(true.expected_deg, abs=4 * error)
    assert 0.1 < true.at_stop_share < 0.6


def test_expectation_without_a_stop_is_the_specified_mean_along_the_trend():
    _, truth = simulate_ride(Rider(left=Foot(mean_deg=-2.0, trend_deg_per_h=6.0)), replace(QUIET, duration_s=600.0))
    assert truth.feet["left"].expected_deg == pytest.approx(-1.5, abs=0.01)
    assert truth.feet["right"].expected_deg == 0.0


@given(mean=st.floats(-5, 5), sd=st.floats(0, 3), low=st.floats(-4, 0), width=st.floats(0.1, 5))
def test_clipped_expectation_against_numerical_integration(mean, sd, low, width):
    z = np.linspace(-9, 9, 20001)
    weight = np.exp(-(z**2) / 2)
    slow = np.average(np.clip(mean + sd * z, low, low + width), weights=weight)
    fast = expected_clipped(np.array([mean]), np.array([sd]), (low, low + width))[0]
    assert fast == pytest.approx(slow, abs=1e-5)


def test_stroke_deviations_have_the_stated_size_and_memory():
    series = autoregressive(200_000, 0.6, np.random.default_rng(1))
    assert series.std() == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(series[1:], series[:-1])[0, 1] == pytest.approx(0.6, abs=0.01)


def test_wedges_bring_the_heel_in_by_the_response():
    bare, bare_truth = simulate_ride(Rider(right=Foot(mean_deg=5.0, response=0.4)), QUIET)
    wedged, wedged_truth = simulate_ride(Rider(right=Foot(mean_deg=5.0, response=0.4, cant_deg=2.0)), QUIET)
    moved = wedged.feet["right"].heel_out_deg - bare.feet["right"].heel_out_deg
    np.testing.assert_allclose(moved, -0.8, atol=1e-12)
    assert wedged_truth.feet["right"].expected_deg == pytest.approx(4.2)
    np.testing.assert_array_equal(wedged.feet["left"].heel_out_deg, bare.feet["left"].heel_out_deg)
    assert bare_truth.feet["right"].expected_deg == 5.0


def test_sections_are_laps_with_their_own_wedges():
    sections = (Section(0.0), Section(20.0, right_cant_deg=2.0), Section(40.0))
    ride = replace(QUIET, duration_s=60.0, sections=sections)
    recording, truth = simulate_ride(Rider(right=Foot(mean_deg=4.0, response=0.5)), ride)
    assert [(lap.number, lap.start_s) for lap in recording.laps] == [(1, 0.0), (2, 20.0), (3, 40.0)]
    assert recording.laps[-1].end_s == recording.to_s
    assert [section.expected_deg for section in truth.feet["right"].sections] == pytest.approx([4.0, 3.0, 4.0])
    assert [section.expected_deg for section in truth.feet["left"].sections] == [0.0, 0.0, 0.0]


def test_coasts_stop_the_crank_and_their_strokes_are_not_pedalled():
    recording, truth = simulate_ride(ride=replace(QUIET, duration_s=60.0, coasts=((20.0, 10.0),)))
    trace, true = recording.feet["right"], truth.feet["right"]
    still = (trace.time_s > 20.6) & (trace.time_s < 29.4)
    assert np.ptp(trace.heel_out_deg[still]) < 1e-9
    assert (~true.pedalled).sum() == 1
    spoilt = int(np.flatnonzero(~true.pedalled)[0])
    assert true.start_s[spoilt] < 20.5
    assert true.end_s[spoilt] > 29.5
    assert recording.companions["cadence_rpm"].values[23:29].max() == 0
    assert recording.companions["power_w"].values[23:29].max() == 0


def test_gaps_have_no_rows_and_missing_samples_are_nan():
    ride = replace(QUIET, duration_s=100.0, gaps=((10.0, 2.0),), missing_share=0.05)
    recording, truth = simulate_ride(ride=ride)
    trace = recording.feet["left"]
    assert np.diff(trace.time_s).max() == pytest.approx(2.01)
    assert not ((trace.time_s >= 10) & (trace.time_s < 12)).any()
    assert 0.03 < np.isnan(trace.heel_out_deg).mean() < 0.07
    assert np.isfinite(truth.feet["left"].mean_deg).all()
    in_gap = (truth.feet["left"].start_s < 12) & (truth.feet["left"].end_s > 10)
    np.testing.assert_array_equal(truth.feet["left"].pedalled, ~in_gap)


def test_spikes_are_where_the_truth_says():
    plain, _ = simulate_ride(ride=QUIET)
    spiked, truth = simulate_ride(ride=replace(QUIET, spike_share=0.005))
    trace = spiked.feet["right"]
    departure = np.abs(trace.heel_out_deg - plain.feet["right"].heel_out_deg)
    np.testing.assert_array_equal(trace.time_s[departure > 0], truth.feet["right"].spike_s)
    assert departure[departure > 0].min() >= 30
    assert departure.max() <= 60


@pytest.mark.parametrize("ride", [replace(QUIET, jitter_s=0.005, rate_hz=200.0), replace(QUIET, uneven_share=0.8)])
def test_time_stamps_start_at_zero_and_increase(ride):
    recording, truth = simulate_ride(ride=ride)
    trace = recording.feet["left"]
    assert trace.time_s[0] == 0.0
    assert (np.diff(trace.time_s) > 0).all()
    assert np.ptp(np.diff(trace.time_s)) > 0.2 / ride.rate_hz
    crank = np.interp(truth.feet["left"].start_s, trace.time_s, np.unwrap(trace.crank_deg, period=360))
    assert np.abs((crank + 180) % 360 - 180).max() < 10


def test_left_crank_is_half_a_turn_ahead_and_pulses_are_at_the_top():
    recording, truth = simulate_ride(ride=replace(QUIET, tdc_pulses=True))
    left, right = recording.feet["left"], recording.feet["right"]
    np.testing.assert_allclose((left.crank_deg - right.crank_deg) % 360, 180)
    np.testing.assert_allclose(left.tdc_s[:-1], truth.feet["left"].start_s)


def test_pitch_rate_is_the_rate_of_the_pitch():
    recording, _ = simulate_ride(ride=replace(QUIET, pitch=True, pitch_rate=True, pitch_noise_deg=0.0))
    trace = recording.feet["left"]
    assert np.sqrt(np.mean((np.gradient(trace.pitch_deg, trace.time_s) - trace.pitch_rate_deg_s) ** 2)) < 1.5
    assert np.ptp(trace.pitch_deg) > 30


knots = st.lists(st.floats(-60, 150), min_size=2, max_size=8)


@given(rpm=knots, share=st.sampled_from([0.0, 0.05, 0.3]), start=st.floats(0, 360))
@settings(deadline=None)
def test_time_is_when_the_crank_first_gets_there(rpm, share, start):
    motion = CrankMotion(5.0 * np.arange(len(rpm)), rpm, start, share)
    fine = np.linspace(0, 5.0 * (len(rpm) - 1), 20001)
    crank = motion.crank_deg(fine)
    assert motion.reach_deg[1] == pytest.approx(crank.max(), abs=0.5)
    targets = np.linspace(crank[0], crank.max(), 9)[1:-1]
    if np.ptp(targets) < 1:
        return
    when = motion.time_s(targets)
    np.testing.assert_allclose(motion.crank_deg(when), targets, atol=1e-6)
    first = fine[[int(np.argmax(crank >= target)) for target in targets]]
    np.testing.assert_allclose(when, first, atol=2 * fine[1])


def test_backpedalling_and_rest_are_not_pedalled():
    motion = CrankMotion([0, 10, 12, 20, 22, 30], [80, 80, -40, -40, 80, 80])
    (begin, end), *others = motion.still_spans_s()
    spans = [begin, *(edge for span in others for edge in span), end]
    assert min(spans) == pytest.approx(10 + 2 * (80 - STILL_RPM) / 120)
    assert max(spans) == pytest.approx(22 - 2 * (80 - STILL_RPM) / 120)


def test_plain_numbers_reach_the_rider():
    recording, truth = simulate_plain(
        seed=9, duration_s=120, left_mean_deg=1.5, left_range_deg=6, right_wedges=2, response=0.5, wedge_cant_deg=1.5,
        float_stop_deg=3.0, noise_deg=0, stroke_sd_deg=0, coasts=2, gaps=1, pitch=True, crank=False, power_w=0,
    )  # fmt: skip
    left = recording.feet["left"]
    assert np.nanmax(left.heel_out_deg) == 3.0
    assert left.crank_deg is None
    assert left.pitch_deg is not None
    assert "power_w" not in recording.companions
    assert truth.feet["right"].expected_deg == pytest.approx(-1.5)
    free, _ = simulate_plain(duration_s=60, left_range_deg=6, noise_deg=0, stroke_sd_deg=0)
    assert np.ptp(free.feet["left"].heel_out_deg) == pytest.approx(6, abs=0.05)
    one, _ = simulate_plain(duration_s=10, side="left")
    assert list(one.feet) == ["left"]


@pytest.mark.parametrize(
    "wrong",
    [{"duration_s": 0}, {"rate_hz": -5}, {"rate_hz": float("nan")}, {"rho": 1.0}, {"spike_share": 2}, {"coasts": 99}],
)
def test_nonsense_is_refused_in_words(wrong):
    with pytest.raises(UsageError, match="expected"):
        simulate_plain(**wrong)


@given(count=st.integers(0, 30), seed=st.integers(0, 99))
def test_scattered_stretches_never_touch(count, seed):
    stretches = scatter(count, (1.0, 20.0), 300.0, np.random.default_rng(seed))
    ends = [0.0]
    for start, length in stretches:
        assert start > ends[-1]
        ends.append(start + length)
    assert len(stretches) == count
    assert ends[-1] < 300


def test_truth_is_plain_json():
    _, truth = simulate_ride(Rider(left=Foot(float_stop_deg=(-np.inf, 2.0))), replace(QUIET, duration_s=10.0))
    text = json.dumps(truth.to_dict(), allow_nan=False)
    back = json.loads(text)
    assert back["synthetic"] is True
    assert back["feet"]["left"]["float_stop_deg"] == [None, 2.0]
    assert len(back["feet"]["left"]["mean_deg"]) == len(back["feet"]["left"]["start_s"])
