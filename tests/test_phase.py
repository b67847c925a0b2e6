from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikefit.analysis import analyze
from bikefit.conventions import PerFoot, Reference
from bikefit.errors import UsageError
from bikefit.model import Channel, FootTrace
from bikefit.phase import find_phase
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.phase.periodic import find_rhythm
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.simulate import Foot, Ride, Rider, simulate_plain, simulate_ride, swing

SETTINGS = Settings()


def pedalled(seconds: float = 60.0, rate_hz: float = 100.0, rpm: float = 90.0, noise: float = 0.1) -> FootTrace:
    """A steady ride with every reference."""
    time = np.arange(0.0, seconds, 1.0 / rate_hz)
    crank = 40.0 + 6.0 * rpm * time
    rng = np.random.default_rng(4)
    pitch = 20.0 + 18.0 * np.cos(np.radians(crank - 300.0))
    return FootTrace(
        "right",
        time,
        3.0 + 2.0 * np.cos(np.radians(crank - 170.0)) + noise * rng.standard_normal(time.size),
        "rider",
        crank_deg=crank % 360.0,
        crank_source="crank_angle",
        tdc_s=(360.0 * np.arange(1, crank[-1] // 360.0 + 1) - 40.0) / (6.0 * rpm),
        pitch_deg=pitch,
        pitch_rate_deg_s=np.gradient(pitch, time),
    )


def apart_deg(first: np.ndarray, second: np.ndarray) -> float:
    """Spread of the difference of two phases about their constant difference [deg]."""
    difference = (first - second)[np.isfinite(first) & np.isfinite(second)]
    return float(np.std(difference))


def test_references_in_order_of_trust() -> None:
    assert pedalled().references == ("crank_angle", "tdc_pulse", "pitch", "gyroscope", "rotation")


def test_the_best_reference_is_used_and_any_can_be_forced() -> None:
    trace = pedalled()
    truth = 40.0 + 540.0 * trace.time_s
    assert find_phase(trace, SETTINGS).reference == "crank_angle"
    for name in trace.references:
        phase = find_phase(trace, SETTINGS, reference=name)
        assert phase.reference == name
        assert phase.is_crank == (name in ("crank_angle", "tdc_pulse"))
        assert phase.quality > 0.9
        assert apart_deg(phase.phase_deg, truth) < 3.0


def test_a_reference_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="holds no reference 'markers'; it holds: crank_angle"):
        find_phase(pedalled(), SETTINGS, reference="markers")


@pytest.mark.parametrize("kind", ["constant", "random", "missing"])
def test_a_useless_crank_angle_gives_way_to_the_pitch(kind: str) -> None:
    trace = pedalled()
    size = trace.time_s.size
    crank = {
        "constant": np.full(size, 17.0),
        "random": np.random.default_rng(1).uniform(0.0, 360.0, size),
        "missing": np.full(size, np.nan),
    }[kind]
    phase = find_phase(replace(trace, crank_deg=crank, tdc_s=None), SETTINGS)
    assert phase.reference == "pitch"
    assert [item.code for item in phase.findings] == ["reference_unusable"]


def test_a_reversed_crank_is_named() -> None:
    trace = pedalled()
    assert trace.crank_deg is not None
    phase = find_phase(replace(trace, crank_deg=-trace.crank_deg % 360.0, tdc_s=None), SETTINGS)
    assert [item.code for item in phase.findings] == ["crank_reversed", "reference_unusable"]


def test_swapped_sides_are_suspected_from_pitch_against_crank() -> None:
    trace = pedalled()
    assert trace.crank_deg is not None
    assert find_phase(trace, SETTINGS).findings == ()
    swapped = find_phase(replace(trace, crank_deg=(trace.crank_deg + 180.0) % 360.0, tdc_s=None), SETTINGS)
    assert [item.code for item in swapped.findings] == ["sides_swapped"]


def test_references_that_do_not_go_together_lower_the_quality() -> None:
    trace = pedalled(120.0)
    other = 20.0 + 18.0 * np.cos(2.0 * np.pi * 1.2 * trace.time_s)
    phase = find_phase(replace(trace, pitch_deg=other, pitch_rate_deg_s=None), SETTINGS)
    assert phase.agreement_deg > 90.0
    assert phase.quality < SETTINGS.quality_min
    assert [item.code for item in phase.findings] == ["phases_apart"]


def test_crank_with_spikes_and_holes() -> None:
    time = np.arange(0.0, 60.0, 0.01)
    truth = 40.0 + 540.0 * time
    crank = truth % 360.0
    rng = np.random.default_rng(2)
    spiked = rng.choice(time.size - 10, 30, replace=False) + 5
    crank[spiked] = (crank[spiked] + rng.uniform(40.0, 170.0, 30)) % 360.0
    crank[1000:1005] = np.nan
    keep = np.ones(time.size, dtype=bool)
    keep[3000:3130] = False  # 1.3 s: nearly two turns are hidden
    phase, forward = crank_phase(time[keep], crank[keep], 0.1)
    assert forward > 0.95
    np.testing.assert_allclose(phase, truth[keep], atol=1.0)


@given(st.floats(30.0, 160.0), st.sampled_from([25.0, 100.0, 200.0]), st.floats(0.0, 359.0))
def test_any_steady_crank_is_unwrapped(rpm: float, rate_hz: float, start_deg: float) -> None:
    time = np.arange(0.0, 20.0, 1.0 / rate_hz)
    truth = start_deg + 6.0 * rpm * time
    phase, forward = crank_phase(time, truth % 360.0, 0.1)
    np.testing.assert_allclose(phase - phase[0], truth - truth[0], atol=1e-6)
    assert forward == pytest.approx(1.0)


def test_pulses_with_a_changing_cadence() -> None:
    """Between pulses the phase follows the change of cadence: 60 to 120 rpm in 30 s."""
    time = np.arange(0.0, 30.0, 0.01)
    truth = 360.0 * time + 6.0 * time**2
    pulses = np.interp(np.arange(360.0, truth[-1], 360.0), truth, time)
    phase, quality = pulse_phase(time, pulses, 30.0, 160.0)
    known = np.isfinite(phase)
    assert quality == 1.0
    error = (phase - truth)[known]
    assert np.abs(error - np.round(error.mean() / 360.0) * 360.0).max() < 0.05


def test_pulses_that_bounce_or_are_missed_or_stop() -> None:
    turns = np.arange(0.0, 40.0, 0.75)
    pulses = np.sort(np.concatenate([np.delete(turns, [10, 20]), [15.01], turns[30:] + 60.0]))
    time = np.arange(0.0, 100.0, 0.01)
    phase, _ = pulse_phase(time, pulses, 30.0, 160.0)
    steady = (time > 1.0) & (time < 38.0)
    np.testing.assert_allclose(np.diff(phase[steady]), 4.8, atol=0.35)
    crossed = np.interp([40.0, 82.0], time, phase)
    assert crossed[1] - crossed[0] < 360.0  # one stroke, however long: the crank stood


def rpm_of(phase_deg: np.ndarray, time: np.ndarray) -> float:
    """Mean speed of a phase where it is known."""
    return float(np.nanmean(np.diff(phase_deg) / np.diff(time))) / 6.0


def steady(rpm: float, seconds: float = 121.0) -> Channel:
    """A cadence channel that says one thing."""
    return Channel(np.arange(0.0, seconds), np.full(int(seconds), rpm))


def test_a_cadence_channel_steers() -> None:
    """A rider who sways about as much as the foot turns: the channel tells which of the two is the stroke."""
    time = np.arange(0.0, 120.0, 0.02)
    values = np.cos(2.0 * np.pi * time * 90.0 / 60.0) + 0.9 * np.cos(2.0 * np.pi * time * 41.0 / 60.0)
    assert rpm_of(find_rhythm(time, values, SETTINGS, steady(91.0)).phase_deg, time) == pytest.approx(90.0, rel=0.02)
    assert rpm_of(find_rhythm(time, values, SETTINGS).phase_deg, time) == pytest.approx(41.0, rel=0.02)


@pytest.mark.parametrize("rpm", [52.0, 75.0, 108.0])
@pytest.mark.parametrize("factor", [0.0, 0.5, 0.67, 1.5, 2.0])
@pytest.mark.parametrize("reference", ["pitch", "rotation"])
def test_a_cadence_channel_that_the_foot_contradicts_does_not_steer(
    rpm: float, factor: float, reference: Reference
) -> None:
    trace = pedalled(120.0, rpm=rpm)
    alone = find_phase(trace, SETTINGS, reference=reference)
    told = find_phase(trace, SETTINGS, steady(factor * rpm), reference)
    assert told.quality == alone.quality
    np.testing.assert_array_equal(told.phase_deg, alone.phase_deg)


def test_a_cadence_channel_that_is_wrong_for_a_while() -> None:
    trace = pedalled(240.0)
    seconds = np.arange(0.0, 241.0)
    doubled = Channel(seconds, np.where((seconds > 80.0) & (seconds < 160.0), 180.0, 90.0))
    phase = find_phase(trace, SETTINGS, doubled, "rotation")
    assert apart_deg(phase.phase_deg, 40.0 + 540.0 * trace.time_s) < 3.0


@pytest.mark.parametrize("times", [1.5, 3.0, 7.0, 12.0])
@pytest.mark.parametrize("rpm", [45.0, 60.0, 75.0])
def test_a_foot_that_turns_twice_a_stroke(rpm: float, times: float) -> None:
    """Its second harmonic is so many times the first: the strokes are not counted double, and it is said."""
    foot = Foot(heel_out=swing(2.0 / times, 2.0))
    ride = Ride(duration_s=120.0, cadence_rpm=rpm, feet=("right",), crank=False)
    recording, truth = simulate_ride(Rider(right=foot), ride, seed=round(rpm))
    trace, true = recording.feet["right"], truth.feet["right"]
    phase = find_phase(trace, SETTINGS)
    assert rpm_of(phase.phase_deg, trace.time_s) == pytest.approx(rpm, rel=0.03)
    halves = np.interp(trace.time_s, true.start_s, 360.0 * np.arange(true.start_s.size))
    assert apart_deg(phase.phase_deg[300:-300], halves[300:-300]) < 20.0
    code = "rhythm_doubled" if phase.quality >= SETTINGS.quality_min else "no_rhythm"
    assert [item.code for item in phase.findings] == [code]
    assert (times < 5.0) == (code == "no_rhythm")
    told = find_phase(trace, SETTINGS, recording.companions["cadence_rpm"])
    assert "rhythm_doubled" not in [item.code for item in told.findings]  # the channel bears it out


@pytest.mark.parametrize(("stroke_sd_deg", "rho"), [(0.3, 0.6), (1.5, 0.6), (0.8, 0.0), (1.0, -0.5)])
@pytest.mark.parametrize("rpm", [50.0, 88.0, 110.0])
def test_strokes_that_differ_are_not_taken_for_halves(rpm: float, stroke_sd_deg: float, rho: float) -> None:
    foot = Foot(heel_out=swing(1.5, 0.7), stroke_sd_deg=stroke_sd_deg, rho=rho)
    ride = Ride(duration_s=180.0, cadence_rpm=rpm, feet=("right",), pitch=True)
    trace = simulate_ride(Rider(right=foot), ride, seed=round(rpm))[0].feet["right"]
    for reference in ("crank_angle", "pitch", "rotation"):
        phase = find_phase(trace, SETTINGS, reference=reference)
        assert rpm_of(phase.phase_deg, trace.time_s) == pytest.approx(rpm, rel=0.03)
        assert {item.code for item in phase.findings} <= {"no_rhythm"}


# ---- a crank angle that the shoe contradicts ---------------------------------------------------------------------


def delayed(crank: np.ndarray, time: np.ndarray, by_s: float) -> np.ndarray:
    """What a recorder that lags writes down."""
    return np.interp(time - by_s, time, crank)


def held(crank: np.ndarray, time: np.ndarray, rate_hz: float) -> np.ndarray:
    """What a slower channel shows in the rows of a faster one."""
    return np.interp(np.floor(time * rate_hz + 1e-9) / rate_hz, time, crank)


WRONG = {
    "offset 90": (lambda crank, time: crank + 90.0, "crank_offset"),
    "offset 120": (lambda crank, time: crank + 120.0, "crank_offset"),
    "offset -75": (lambda crank, time: crank - 75.0, "crank_offset"),
    "late": (lambda crank, time: delayed(crank, time, 0.2), "crank_offset"),
    "other foot": (lambda crank, time: crank + 180.0, "sides_swapped"),
    "held": (lambda crank, time: held(crank, time, 4.0), "crank_held"),
    "half": (lambda crank, time: 0.5 * crank, "crank_counts_half"),
    "double": (lambda crank, time: 2.0 * crank, "crank_counts_double"),
}


@pytest.mark.parametrize("rpm", [62.0, 80.0, 95.0])
@pytest.mark.parametrize("fault", WRONG)
def test_a_crank_that_the_pitch_contradicts_is_no_crank(fault: str, rpm: float) -> None:
    ride = Ride(duration_s=120.0, cadence_rpm=rpm, feet=("left",), pitch=True)
    trace = simulate_ride(Rider(), ride, seed=5)[0].feet["left"]
    assert trace.crank_deg is not None
    spoil, code = WRONG[fault]
    crank = np.unwrap(trace.crank_deg, period=360.0)
    wrong = replace(trace, crank_deg=spoil(crank, trace.time_s) % 360.0)
    assert find_phase(trace, SETTINGS).findings == ()
    phase = find_phase(wrong, SETTINGS)
    assert (phase.reference, phase.is_crank) == ("pitch", False)
    assert [item.code for item in phase.findings] == [code]
    forced = find_phase(wrong, SETTINGS, reference="crank_angle")
    assert not forced.is_crank
    assert rpm_of(forced.phase_deg, trace.time_s) == pytest.approx(rpm, rel=0.03)


@pytest.mark.parametrize("fault", ["held", "half", "double"])
def test_how_a_crank_counts_is_seen_without_a_pitch(fault: str) -> None:
    trace = simulate_ride(Rider(), Ride(duration_s=120.0, cadence_rpm=80.0), seed=6)[0].feet["right"]
    assert trace.crank_deg is not None
    spoil, code = WRONG[fault]
    wrong = spoil(np.unwrap(trace.crank_deg, period=360.0), trace.time_s) % 360.0
    phase = find_phase(replace(trace, crank_deg=wrong), SETTINGS)
    assert (phase.reference, [item.code for item in phase.findings]) == ("rotation", [code])


def test_pulses_at_another_place_or_every_second_turn() -> None:
    ride = Ride(duration_s=120.0, feet=("right",), crank=False, tdc_pulses=True, pitch=True)
    trace = simulate_ride(Rider(), ride, seed=7)[0].feet["right"]
    assert trace.tdc_s is not None
    assert find_phase(trace, SETTINGS).is_crank
    for pulses, code in ((trace.tdc_s - 0.25, "crank_offset"), (trace.tdc_s[::2], "crank_counts_half")):
        phase = find_phase(replace(trace, tdc_s=pulses), SETTINGS)
        assert (phase.reference, [item.code for item in phase.findings]) == ("pitch", [code])


@pytest.mark.parametrize("rate_hz", [20.0, 25.0, 50.0])
def test_a_crank_that_is_renewed_often_enough_is_read_between_its_values(rate_hz: float) -> None:
    trace = simulate_ride(Rider(), Ride(duration_s=60.0, cadence_rpm=75.0, coasts=((30.0, 5.0),)), seed=8)[0].feet[
        "right"
    ]
    assert trace.crank_deg is not None
    crank = np.unwrap(trace.crank_deg, period=360.0)
    phase = find_phase(replace(trace, crank_deg=held(crank, trace.time_s, rate_hz) % 360.0), SETTINGS)
    assert (phase.is_crank, phase.findings) == (True, ())
    np.testing.assert_allclose(phase.phase_deg[:-20] - phase.phase_deg[0], crank[:-20] - crank[0], atol=4.0)


def test_where_the_cadence_channel_stands_nobody_pedals() -> None:
    """A rider who walks for a while is not told from one who pedals by the rhythm alone."""
    trace = pedalled(120.0)
    seconds = np.arange(0.0, 121.0)
    standing = Channel(seconds, np.where((seconds > 40.0) & (seconds < 80.0), 0.0, 90.0))
    walking = (trace.time_s > 40.0) & (trace.time_s < 80.0)
    steps = np.where(walking, 5.0 * np.cos(2.0 * np.pi * 0.9 * trace.time_s), trace.heel_out_deg)
    phase = find_phase(replace(trace, heel_out_deg=steps), SETTINGS, standing, "rotation")
    assert np.isnan(phase.phase_deg[(trace.time_s > 45.0) & (trace.time_s < 75.0)]).all()
    assert np.isfinite(phase.phase_deg[trace.time_s < 35.0]).mean() > 0.95


@pytest.mark.parametrize("reference", ["pitch", "rotation"])
def test_a_cadence_sensor_that_drops_out_loses_no_strokes(reference: Reference) -> None:
    trace = pedalled(120.0)
    seconds = np.arange(0.0, 121.0)
    lost = Channel(seconds, np.where(seconds > 50.0, 0.0, 90.0))
    phase = find_phase(trace, SETTINGS, lost, reference)
    assert np.isfinite(phase.phase_deg).mean() > 0.98


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
@pytest.mark.parametrize("kind", ["white", "wandering", "slow", "drift", "constant"])
def test_what_is_no_pedalling_has_no_rhythm(kind: str, rate_hz: float) -> None:
    time = np.arange(0.0, 240.0, 1.0 / rate_hz)
    noise = np.random.default_rng(8).standard_normal(time.size)
    slow = np.empty(time.size)
    slow[0] = 0.0
    for index in range(1, time.size):
        slow[index] = 0.95 * slow[index - 1] + noise[index]
    values = {
        "white": 0.15 * noise,
        "wandering": np.cumsum(noise),
        "slow": slow,
        "drift": 0.05 * time + 0.15 * noise,
        "constant": np.full(time.size, 3.0),
    }[kind]
    phase = find_phase(FootTrace("left", time, values, "rider"), SETTINGS)
    assert phase.quality < 0.1
    assert [item.code for item in phase.findings] == ["no_rhythm"]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 30])
def test_almost_no_samples(size: int) -> None:
    time = 0.01 * np.arange(size)
    trace = FootTrace("left", time, time, "rider", crank_deg=time, tdc_s=time, pitch_deg=time, pitch_rate_deg_s=time)
    for name in trace.references:
        phase = find_phase(trace, SETTINGS, reference=name)
        assert phase.phase_deg.shape == time.shape
        assert phase.quality == 0.0


def test_phase_within_the_stroke_follows_uneven_pedalling() -> None:
    recording, _ = simulate_ride(Rider(), Ride(duration_s=60.0, pitch=True, feet=("left",)), seed=3)
    trace = recording.feet["left"]
    crank = find_phase(trace, SETTINGS, reference="crank_angle")
    pitch = find_phase(trace, SETTINGS, reference="pitch")
    assert apart_deg(crank.phase_deg, pitch.phase_deg) < 6.0
    assert find_phase(trace, SETTINGS).agreement_deg < 6.0


def test_power_and_recovery_are_withheld_where_the_crank_is_contradicted() -> None:
    recording, truth = simulate_plain(duration_s=120.0, right_mean_deg=3.0, side="right", pitch=True, seed=9)
    trace = recording.feet["right"]
    assert trace.crank_deg is not None
    wrong = replace(recording, feet={"right": replace(trace, crank_deg=(trace.crank_deg + 100.0) % 360.0)})
    foot = analyze(wrong).feet["right"]
    assert foot.rotation.mean_deg == pytest.approx(truth.feet["right"].mean_deg.mean(), abs=0.02)
    assert foot.recommendation.outcome == "fit_wedges"
    for value in (foot.rotation.power_phase_deg, foot.rotation.recovery_phase_deg, foot.rotation.peak_crank_deg):
        assert np.isnan(value)
    recovery = PerFoot[float | str | None].both("recovery")
    for session in (Session(metric="power_phase"), Session(neutral=recovery)):
        assert analyze(recording, session).feet["right"].recommendation.outcome != "undetermined"
        foot = analyze(wrong, session).feet["right"]
        assert foot.recommendation.outcome == "undetermined"
        assert "crank_offset" in [item.code for item in foot.findings]
        assert foot.recommendation.reasons[0].code in ("metric_needs_crank", "recovery_needs_crank")
