"""From a simulated ride back to its truth: every stroke, its bounds, its mean, and how sure the mean is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bikefit.conventions import SIDES, other_side
from bikefit.model import FootTrace, Rotation
from bikefit.phase import find_phase
from bikefit.rotation import summarise_rotation
from bikefit.settings import Settings
from bikefit.simulate import Foot, FootTruth, Ride, Rider, scatter, simulate_ride, swing
from bikefit.strokes import Strokes, find_strokes

RATE_HZ = 100.0


def strokes_of(trace: FootTrace) -> Strokes:
    return find_strokes(trace, find_phase(trace, Settings()), Settings())


def rotation_of(trace: FootTrace) -> Rotation:
    strokes = strokes_of(trace)
    return summarise_rotation(strokes.table, strokes.curves, "mean", Settings(), is_crank=True)[0]


def nearest(table: pd.DataFrame, true: FootTruth) -> np.ndarray:
    """Row of the table whose start is nearest to each true stroke's."""
    starts = table["start_s"].to_numpy()
    return np.array([int(np.argmin(np.abs(starts - start))) for start in true.start_s])


RIDES = {
    "60 rpm": Ride(cadence_rpm=60.0),
    "85 rpm": Ride(cadence_rpm=85.0, cadence_wander_share=0.05),
    "110 rpm": Ride(cadence_rpm=110.0),
    "60 to 110 rpm": Ride(cadence_rpm=((0, 60), (60, 110), (120, 60))),
    "uneven sampling": Ride(uneven_share=0.9),
    "dead spots": Ride(cadence_rpm=70.0, dead_spot_share=0.15),
    "TDC pulses alone": Ride(cadence_rpm=90.0, crank=False, tdc_pulses=True),
}


@pytest.mark.parametrize("name", RIDES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_whole_stroke_and_no_other(name, seed):
    rider = Rider(left=Foot(mean_deg=-3.0, stroke_sd_deg=0.6), right=Foot(mean_deg=4.0, heel_out=swing(4.0, 1.5)))
    ride = replace(RIDES[name], duration_s=120.0, rate_hz=RATE_HZ, noise_deg=0.15)
    recording, truth = simulate_ride(rider, ride, seed)
    for side, true in truth.feet.items():
        table = strokes_of(recording.feet[side]).table
        assert len(table) == true.start_s.size
        assert table["used"].mean() > 0.97  # an odd stroke may be set aside, with a reason
        assert np.abs(table["start_s"] - true.start_s).max() <= 2 / RATE_HZ
        assert np.abs(table["end_s"] - true.end_s).max() <= 2 / RATE_HZ
        error = (table["mean_deg"] - true.mean_deg).to_numpy()
        assert np.sqrt(np.mean(error**2)) <= 0.05
        assert abs(error.mean()) <= 0.01


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coasts_gaps_spikes_and_holes_cost_only_their_own_strokes(seed):
    rng = np.random.default_rng(seed)
    ride = Ride(
        duration_s=300.0,
        coasts=scatter(8, (1.0, 15.0), 300.0, rng),
        gaps=((77.0, 3.0), (203.3, 0.5)),
        missing_share=0.01,
        missing_burst_s=0.05,
        spike_share=0.003,
    )
    recording, truth = simulate_ride(Rider(right=Foot(mean_deg=2.0)), ride, seed)
    for side, true in truth.feet.items():
        table = strokes_of(recording.feet[side]).table
        row = nearest(table, true)
        whole = true.pedalled
        assert np.unique(row[whole]).size == whole.sum()
        found = table.iloc[row[whole]]
        assert np.abs(found["start_s"] - true.start_s[whole]).max() <= 2 / RATE_HZ
        assert np.abs(found["end_s"] - true.end_s[whole]).max() <= 2 / RATE_HZ
        assert found["used"].mean() > 0.9
        assert not set(table.index[table["used"]]) - set(found.index)
        error = (found["mean_deg"] - true.mean_deg[whole])[found["used"]]
        assert np.sqrt(np.mean(error**2)) <= 0.05
        assert (table.loc[~table["used"], "reject_reason"] != "").all()


def test_interval_covers_the_expectation_over_whole_rides():
    covered = []
    for seed in range(60):
        rng = np.random.default_rng([seed, 99])
        feet = {
            side: Foot(
                mean_deg=rng.normal(0, 4),
                heel_out=swing(rng.uniform(1, 4)),
                stroke_sd_deg=rng.uniform(0.1, 1.5),
                rho=rng.uniform(0, 0.8),
            )
            for side in SIDES
        }
        ride = Ride(
            duration_s=240.0,
            rate_hz=50.0,
            cadence_rpm=rng.uniform(60, 110),
            coasts=scatter(3, (2.0, 8.0), 240.0, rng),
            crank_noise_deg=0.5,
        )
        recording, truth = simulate_ride(Rider(**feet), ride, seed)
        for side in SIDES:
            low, high = rotation_of(recording.feet[side]).interval_deg
            covered.append(low <= truth.feet[side].expected_deg <= high)
    assert np.mean(covered) >= 0.90


# ---- properties: what must not matter does not, what must does exactly so --------------------------------------

rides = st.builds(
    lambda seed, mean, first, rpm, side: simulate_ride(
        Rider(left=Foot(mean_deg=mean, heel_out=swing(first)), right=Foot(mean_deg=mean, heel_out=swing(first))),
        Ride(duration_s=25.0, cadence_rpm=rpm, feet=(side,), coasts=((12.0, 2.0),)),
        seed,
    )[0].feet[side],
    seed=st.integers(0, 10_000),
    mean=st.floats(-10, 10),
    first=st.floats(0.5, 5),
    rpm=st.floats(60, 110),
    side=st.sampled_from(SIDES),
)
few = settings(
    max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)  # shrinking a ride takes minutes


def same_strokes(one: Strokes, other: Strokes, columns: list[str], atol: float) -> None:
    assert one.table["used"].tolist() == other.table["used"].tolist()
    assert one.table["reject_reason"].tolist() == other.table["reject_reason"].tolist()
    for column in columns:
        np.testing.assert_allclose(one.table[column], other.table[column], atol=atol, err_msg=column)


ANGLES = ["mean_deg", "power_phase_deg", "recovery_phase_deg", "range_deg"]
TIMES = ["start_s", "end_s", "cadence_rpm"]


@few
@given(trace=rides)
def test_mirrored_feet_give_the_same(trace):
    mirrored = replace(trace, side=other_side(trace.side))
    same_strokes(strokes_of(trace), strokes_of(mirrored), [*ANGLES, *TIMES, "peak_deg", "peak_crank_deg"], atol=0)
    assert rotation_of(trace) == rotation_of(mirrored)


@few
@given(trace=rides)
def test_negated_angles_give_negated_results(trace):
    negated = replace(trace, heel_out_deg=-trace.heel_out_deg)
    one, other = strokes_of(trace), strokes_of(negated)
    same_strokes(one, other, ["range_deg", *TIMES], atol=1e-9)
    for column in ("mean_deg", "power_phase_deg", "recovery_phase_deg"):
        np.testing.assert_allclose(one.table[column], -other.table[column], atol=1e-9)
    plus, minus = rotation_of(trace), rotation_of(negated)
    assert plus.value_deg == pytest.approx(-minus.value_deg, abs=1e-9)
    assert plus.interval_deg == pytest.approx((-minus.interval_deg[1], -minus.interval_deg[0]), abs=1e-9)


@few
@given(trace=rides, offset=st.floats(-20, 20))
def test_an_offset_moves_every_angle_by_itself_and_nothing_else(trace, offset):
    moved = replace(trace, heel_out_deg=trace.heel_out_deg + offset)
    one, other = strokes_of(trace), strokes_of(moved)
    same_strokes(one, other, ["range_deg", "peak_crank_deg", *TIMES], atol=1e-6)
    for column in ("mean_deg", "power_phase_deg", "recovery_phase_deg", "peak_deg"):
        np.testing.assert_allclose(one.table[column] + offset, other.table[column], atol=1e-6)
    assert rotation_of(moved).standard_error_deg == pytest.approx(rotation_of(trace).standard_error_deg, abs=1e-9)


@few
@given(trace=rides, shift=st.floats(0, 1e5))
def test_a_later_clock_moves_the_times_alone(trace, shift):
    late = replace(trace, time_s=trace.time_s + shift)
    one, other = strokes_of(trace), strokes_of(late)
    same_strokes(one, other, ["cadence_rpm", *ANGLES], atol=1e-5)
    np.testing.assert_allclose(one.table["start_s"] + shift, other.table["start_s"], atol=1e-6)


@few
@given(seed=st.integers(0, 10_000), rpm=st.floats(60, 110))
def test_twice_the_rate_gives_the_same_strokes(seed, rpm):
    rider = Rider(right=Foot(mean_deg=3.0, heel_out=swing(3.0)))
    coarse, fine = (
        simulate_ride(rider, Ride(duration_s=25.0, rate_hz=rate, cadence_rpm=rpm, noise_deg=0.0), seed)[0]
        for rate in (50.0, 100.0)
    )
    for side in SIDES:
        one, other = (
            table[table["end_s"] <= coarse.to_s]  # the very last one may reach beyond the samples
            for table in (strokes_of(ride.feet[side]).table for ride in (coarse, fine))
        )
        assert one["used"].tolist() == other["used"].tolist()
        np.testing.assert_allclose(one["start_s"], other["start_s"], atol=0.005)
        np.testing.assert_allclose(one["mean_deg"], other["mean_deg"], atol=0.02)


@few
@given(first=rides, second=rides)
def test_two_rides_in_one_file_give_the_strokes_of_both(first, second):
    pause_s = 5.0
    begin_s = first.time_s[-1] + pause_s
    assert first.crank_deg is not None
    assert second.crank_deg is not None
    joined = replace(
        first,
        time_s=np.concatenate([first.time_s, begin_s + second.time_s]),
        heel_out_deg=np.concatenate([first.heel_out_deg, second.heel_out_deg]),
        crank_deg=np.concatenate([first.crank_deg, second.crank_deg]),
    )
    table = strokes_of(joined).table
    for part, offset_s in ((first, 0.0), (second, begin_s)):
        expected = strokes_of(part).table
        expected = expected[expected["end_s"] <= part.time_s[-1]]  # the very last one may reach beyond the samples
        row = [int(np.argmin(np.abs(table["start_s"] - offset_s - start))) for start in expected["start_s"]]
        found = table.iloc[row]
        np.testing.assert_allclose(found["start_s"] - offset_s, expected["start_s"], atol=1e-6)
        np.testing.assert_allclose(found["end_s"] - offset_s, expected["end_s"], atol=1e-6)
        np.testing.assert_allclose(found["mean_deg"], expected["mean_deg"], atol=1e-3)  # the seam's slope is shared
    between = table[(table["start_s"] < begin_s) & (table["end_s"] > first.time_s[-1])]
    assert not between["used"].any()
