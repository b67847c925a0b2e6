"""Angles from markers: against numbers worked by hand, against simulated riders, and under mirror and motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikefit.analysis import analyze
from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import NoRotationError, RecordingError
from bikefit.marker_geometry import static_heel_out_deg, traces_from_markers
from bikefit.model import Array, Markers, Recording
from bikefit.sessions.session import Session
from bikefit.simulate.markers import Cameras, MarkerPlaces, simulate_markers, simulate_stance
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.space import Ride, Shoe, rotation_about

RIDE = Ride(duration_s=30.0, still_s=0.0)
STANCE: dict[Side, float] = {"left": -5.0, "right": -8.0}
HEEL_HIGH: dict[Side, MarkerPlaces] = dict.fromkeys(SIDES, MarkerPlaces(heel=(-175.0, 0.0, 85.0)))


def two_markers(side: Side, toe: Array) -> Markers:
    """Heel at the origin, toe where told, three samples."""
    return Markers(np.arange(3) / 100, {f"{side}_heel": np.zeros((3, 3)), f"{side}_toe": np.tile(toe, (3, 1))})


def angles(markers: Markers, side: Side) -> tuple[float, float]:
    """Mean heel-out and pitch."""
    trace = traces_from_markers(markers)[0][side]
    assert trace.pitch_deg is not None
    return float(trace.heel_out_deg.mean()), float(trace.pitch_deg.mean())


@pytest.mark.parametrize(("side", "expected"), [("right", 6.0), ("left", -6.0)])
def test_heel_out_turns_the_right_foot_counter_clockwise_from_above(side: Side, expected: float) -> None:
    assert angles(two_markers(side, np.array([245.0, 25.75, 0.0])), side)[0] == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("phi", "theta", "floor"), [(10, 25, 11.010), (15, 30, 17.192), (5, 20, 5.319), (6, -20, 6.382)]
)
def test_the_angle_is_the_soles_and_not_the_floors(phi: float, theta: float, floor: float) -> None:
    shoe = rotation_about(1, np.radians(theta)) @ rotation_about(2, np.radians(phi))
    toe = shoe @ np.array([250.0, 0.0, 0.0])
    assert np.degrees(np.arctan2(toe[1], toe[0])) == pytest.approx(floor, abs=0.001)
    assert angles(two_markers("right", toe), "right") == pytest.approx((phi, theta), abs=1e-9)


@given(heading=st.floats(-30, 30), pitch=st.floats(-30, 60), shift=st.floats(-3000, 3000), size=st.floats(0.5, 2.0))
def test_mirror_place_and_size_do_not_matter(heading: float, pitch: float, shift: float, size: float) -> None:
    shoe = rotation_about(1, np.radians(pitch)) @ rotation_about(2, np.radians(heading))
    toe = shoe @ np.array([260.0, 0.0, 0.0])
    right = two_markers("right", toe)
    moved = Markers(right.time_s, {name: size * place + shift for name, place in right.positions_mm.items()})
    mirrored = two_markers("left", toe * [1.0, -1.0, 1.0])
    assert angles(right, "right") == pytest.approx((heading, pitch), abs=1e-6)
    assert angles(moved, "right") == pytest.approx((heading, pitch), abs=1e-6)
    assert angles(mirrored, "left") == pytest.approx((heading, pitch), abs=1e-6)


def test_level_markers_read_the_truth() -> None:
    recording, truth = simulate_markers(RIDE)
    assert recording.markers is not None
    traces, _ = traces_from_markers(recording.markers)
    for side, trace in traces.items():
        assert trace.pitch_deg is not None
        assert trace.crank_deg is not None
        assert trace.zero == "bike"
        assert trace.crank_source == "markers"
        assert np.std(trace.heel_out_deg - truth[side].heel_out_deg) < 0.1
        assert np.mean(trace.heel_out_deg - truth[side].heel_out_deg) == pytest.approx(0.0, abs=0.02)
        assert np.mean(trace.pitch_deg - truth[side].pitch_deg) == pytest.approx(0.0, abs=0.02)


def crank_error(found: Array | None, truth: Array) -> float:
    """RMS error of a crank angle."""
    assert found is not None
    error = (found - truth + 180.0) % 360.0 - 180.0
    return float(np.sqrt(np.mean(error**2)))


@pytest.mark.parametrize(
    "place",
    [
        MarkerPlaces(pedal=True),
        MarkerPlaces(),
        MarkerPlaces(forefoot=None),
        MarkerPlaces(forefoot=(-60.0, 55.0, 40.0)),
        MarkerPlaces(toe=(125.0, 0.0, 50.0), forefoot=None),
    ],
)
@pytest.mark.parametrize("feet", [SIDES, ("left",), ("right",)])
@pytest.mark.parametrize("pitch", [Harmonics(18.0, (18.0, 4.0), (285.0, 60.0)), Harmonics(8.0, (4.0,), (285.0,))])
def test_crank_from_pedals_or_from_the_point_of_the_shoe_that_goes_round(
    place: MarkerPlaces, feet: tuple[Side, ...], pitch: Harmonics
) -> None:
    ride = replace(RIDE, crank_m=0.165)
    recording, truth = simulate_markers(ride, dict.fromkeys(feet, Shoe(pitch=pitch)), dict.fromkeys(feet, place))
    assert recording.markers is not None
    for side, trace in traces_from_markers(recording.markers)[0].items():
        assert crank_error(trace.crank_deg, truth[side].crank_deg) < 0.3


def test_both_pedals_tell_the_crank_and_the_bike_s_axis_where_one_shoe_is_marked() -> None:
    recording, _ = simulate_markers(RIDE, places=dict.fromkeys(SIDES, MarkerPlaces(pedal=True)))
    assert recording.markers is not None
    all_of_them = recording.markers.positions_mm
    own = {name: place for name, place in all_of_them.items() if name.startswith("left") or name == "right_pedal"}
    alone = traces_from_markers(Markers(recording.markers.time_s, own))[0]["left"]
    both = traces_from_markers(recording.markers)[0]["left"]
    assert alone.crank_deg == pytest.approx(both.crank_deg, abs=1e-9, nan_ok=True)
    assert alone.heel_out_deg == pytest.approx(both.heel_out_deg, abs=1e-9, nan_ok=True)


def test_the_crank_stands_a_break_and_a_walk_to_the_bike() -> None:
    recording, truth = simulate_markers(
        replace(RIDE, still_s=5.0), cameras=Cameras(hidden=(("left_heel", 20.0, 21.0),))
    )
    assert recording.markers is not None
    walk = np.zeros((recording.markers.time_s.size, 3))
    walk[:300, 0] = np.linspace(-1500.0, 0.0, 300)
    places = {name: place + walk for name, place in recording.markers.positions_mm.items()}
    traces, _ = traces_from_markers(Markers(recording.markers.time_s, places))
    riding = recording.markers.time_s > 8.0
    for side, trace in traces.items():
        assert trace.crank_deg is not None
        seen = riding & np.isfinite(trace.crank_deg)
        assert seen.sum() > 0.9 * riding.sum()
        assert crank_error(trace.crank_deg[seen], truth[side].crank_deg[seen]) < 0.5


def mean_errors(wedge_deg: float, places: dict[Side, MarkerPlaces], *, static: bool) -> dict[Side, float]:
    """How far each foot's mean angle is off under a wedge that rolls the shoe and turns nothing."""
    recording, truth = simulate_markers(RIDE, dict.fromkeys(SIDES, Shoe(cant_deg=wedge_deg)), places, seed=3)
    stance = simulate_stance(STANCE, places, seed=4)
    assert recording.markers is not None
    traces, _ = traces_from_markers(recording.markers, stance.markers if static else None)
    return {side: float(np.mean(trace.heel_out_deg - truth[side].heel_out_deg)) for side, trace in traces.items()}


@pytest.mark.parametrize("wedge_deg", [-3.0, 1.0, 3.0])
@pytest.mark.parametrize(("places", "static"), [(dict.fromkeys(SIDES, MarkerPlaces()), False), (HEEL_HIGH, True)])
def test_a_wedge_that_only_rolls_the_shoe_reads_nothing(
    wedge_deg: float, places: dict[Side, MarkerPlaces], static: bool
) -> None:
    bare, wedged = mean_errors(0.0, places, static=static), mean_errors(wedge_deg, places, static=static)
    for side in SIDES:
        assert (wedged[side] - bare[side]) / wedge_deg == pytest.approx(0.0, abs=0.03)


def test_uncorrected_markers_read_the_roll_as_a_turn_and_the_finding_says_so() -> None:
    bare, wedged = (mean_errors(wedge, HEEL_HIGH, static=False) for wedge in (0.0, 2.0))
    for side in SIDES:
        assert (wedged[side] - bare[side]) / 2.0 == pytest.approx(0.15, abs=0.02)
    recording, _ = simulate_markers(RIDE, places=HEEL_HIGH)
    assert recording.markers is not None
    _, found = traces_from_markers(recording.markers)
    assert "marker_heights" in [item.code for item in found]


def test_without_a_forefoot_marker_the_heights_stay_uncorrected_and_that_is_said() -> None:
    places = {side: replace(place, forefoot=None) for side, place in HEEL_HIGH.items()}
    recording, _ = simulate_markers(RIDE, places=places)
    assert recording.markers is not None
    _, found = traces_from_markers(recording.markers, simulate_stance(STANCE, places).markers)
    said = [item for item in found if item.code == "marker_heights_uncorrected"]
    assert [item.values["side"] for item in said] == ["left", "right"]
    assert said[0].values["difference_mm"] == pytest.approx(40.0, abs=0.5)
    assert said[0].values["error_deg"] == pytest.approx(40.0 / 263.0, abs=0.005)


def test_a_foot_that_moves_or_tilts_in_the_static_trial_is_not_used() -> None:
    riding, _ = simulate_markers(RIDE, places=HEEL_HIGH)
    assert riding.markers is not None
    assert static_heel_out_deg(riding.markers) == {}
    _, found = traces_from_markers(riding.markers, riding.markers)
    assert [item.code for item in found].count("static_unusable") == 2


def test_static_stance_of_each_foot() -> None:
    stance = simulate_stance(STANCE, HEEL_HIGH)
    assert stance.markers is not None
    assert static_heel_out_deg(stance.markers) == pytest.approx(STANCE, abs=0.05)


@pytest.mark.parametrize("yaw_deg", [-25.0, 4.0, 25.0])
def test_a_bike_that_stands_askew_in_the_lab_is_found(yaw_deg: float) -> None:
    places = dict.fromkeys(SIDES, MarkerPlaces(pedal=True))
    recording, truth = simulate_markers(RIDE, places=places, cameras=Cameras(yaw_deg=yaw_deg))
    assert recording.markers is not None
    traces, found = traces_from_markers(recording.markers)
    turned = next(item for item in found if item.code == "bike_axis_turned")
    assert turned.values["degrees"] == pytest.approx(abs(yaw_deg), abs=0.1)
    for side in SIDES:
        assert np.mean(traces[side].heel_out_deg - truth[side].heel_out_deg) == pytest.approx(0.0, abs=0.05)


def test_a_roll_within_the_stroke_is_corrected_too() -> None:
    shoes = dict.fromkeys(SIDES, Shoe(roll=Harmonics(0.0, (6.0,), (90.0,)), stroke_sd_deg=0.0))
    recording, truth = simulate_markers(RIDE, shoes, HEEL_HIGH)
    assert recording.markers is not None
    traces, _ = traces_from_markers(recording.markers, simulate_stance(STANCE, HEEL_HIGH).markers)
    raw, _ = traces_from_markers(recording.markers)
    for side in SIDES:
        assert np.std(traces[side].heel_out_deg - truth[side].heel_out_deg) < 0.1
        assert np.std(raw[side].heel_out_deg - truth[side].heel_out_deg) > 0.5


def test_a_hidden_marker_leaves_a_gap_and_nothing_else() -> None:
    cameras = Cameras(hidden=(("right_toe", 5.0, 5.5), ("right_forefoot", 8.0, 9.0)))
    recording, truth = simulate_markers(RIDE, places=HEEL_HIGH, cameras=cameras)
    assert recording.markers is not None
    traces, _ = traces_from_markers(recording.markers, simulate_stance(STANCE, HEEL_HIGH).markers)
    error = traces["right"].heel_out_deg - truth["right"].heel_out_deg
    assert np.isnan(error).sum() == 50
    assert np.nanmax(np.abs(error)) < 0.6
    assert not np.isnan(traces["left"].heel_out_deg).any()


def test_a_mistaken_marker_is_dropped_by_the_shoes_length() -> None:
    recording, _ = simulate_markers(RIDE)
    assert recording.markers is not None
    places = dict(recording.markers.positions_mm)
    places["left_toe"] = places["left_toe"].copy()
    places["left_toe"][100:110] = places["left_ankle"][100:110]
    traces, _ = traces_from_markers(Markers(recording.markers.time_s, places))
    assert np.flatnonzero(np.isnan(traces["left"].heel_out_deg)).tolist() == list(range(100, 110))


def test_walking_has_no_crank() -> None:
    time_s = np.arange(1000) / 100
    places: dict[str, Array] = {}
    for side, phase in (("left", 0.0), ("right", np.pi)):
        forward = 1300.0 * time_s + 350.0 * np.sin(2 * np.pi * time_s + phase)
        up = 60.0 * np.maximum(0.0, np.sin(2 * np.pi * time_s + phase))
        heel = np.column_stack([forward, np.full(1000, 100.0 if side == "left" else -100.0), up])
        places |= {
            f"{side}_heel": heel,
            f"{side}_toe": heel + np.array([260.0, 0.0, 0.0]),
            f"{side}_forefoot": heel + np.array([180.0, 0.0, 0.0]),
        }
    traces, found = traces_from_markers(Markers(time_s, places))
    assert traces["left"].crank_deg is None
    assert [item.code for item in traces["left"].obstacles] == ["no_pedal_circle"]
    assert "markers_without_crank" in [item.code for item in found]


def stepping(speed_m_s: float, strides_min: float, *, lift_mm: float, stance: float, push_deg: float) -> Markers:
    """Feet that stand and swing on a treadmill: back while they stand, forward in an arc, toe down at the push."""
    time_s = np.arange(3000) / 100
    places: dict[str, Array] = {}
    for side, ahead, aside in (("left", 0.0, 90.0), ("right", 0.5, -90.0)):
        part = (strides_min / 60.0 * time_s + ahead) % 1.0
        swung = np.clip((part - stance) / (1.0 - stance), 0.0, 1.0)
        length_mm = 1000.0 * speed_m_s * 60.0 / strides_min * stance
        forward = length_mm * np.where(part < stance, 0.5 - part / stance, -0.5 * np.cos(np.pi * swung))
        turns, pitches = [0.0, 0.1, 0.6 * stance, stance, 1.0], [-15.0, 0.0, 5.0, push_deg, -15.0]
        pitch = np.radians(np.interp(part, turns, pitches))
        heading = np.radians(-7.0 + 3.0 * np.sin(2.0 * np.pi * part)) * (1.0 if side == "right" else -1.0)
        toe = np.column_stack([forward, np.full(time_s.size, aside), 40.0 + lift_mm * np.sin(np.pi * swung)])
        along = np.column_stack([np.cos(pitch) * np.cos(heading), np.cos(pitch) * np.sin(heading), -np.sin(pitch)])
        places |= {f"{side}_toe": toe, f"{side}_heel": toe - 250.0 * along}
    return Markers(time_s, places)


@pytest.mark.parametrize("strides_min", [60.0, 85.0, 100.0])
@pytest.mark.parametrize(("speed_m_s", "lift_mm", "stance", "push_deg"), [
    (1.3, 60.0, 0.62, 60.0), (0.0, 120.0, 0.6, 30.0), (2.8, 200.0, 0.38, 70.0), (5.0, 300.0, 0.3, 80.0),
])  # fmt: skip
def test_walks_and_runs_give_no_count(
    speed_m_s: float, lift_mm: float, stance: float, push_deg: float, strides_min: float
) -> None:
    markers = stepping(speed_m_s, strides_min, lift_mm=lift_mm, stance=stance, push_deg=push_deg)
    recording = Recording(
        name="steps", format="trc", sha256="", start=None, from_s=0.0, to_s=30.0, feet={}, companions={}, laps=(),
        markers=markers,
    )  # fmt: skip
    for foot in analyze(recording, Session(neutral=PerFoot[float | str | None].both(0.0))).feet.values():
        assert foot.recommendation.outcome == "undetermined"
        assert foot.recommendation.total is None
        assert foot.recommendation.reasons[0].code == "no_pedal_circle"
        assert np.isnan(foot.rotation.value_deg)


@pytest.mark.parametrize("bike", ["rollers", "rides past"])
@pytest.mark.parametrize("feet", [SIDES, ("left",)])
def test_a_bike_that_moves_slowly_has_a_crank(bike: str, feet: tuple[Side, ...]) -> None:
    recording, truth = simulate_markers(RIDE, dict.fromkeys(feet, Shoe()))
    assert recording.markers is not None
    time_s = recording.markers.time_s
    forward = 120.0 * np.sin(2.0 * np.pi * time_s / 18.0) if bike == "rollers" else 4000.0 * time_s
    way = np.column_stack([forward, 0.1 * forward, np.zeros(time_s.size)])
    moved = {name: place + way for name, place in recording.markers.positions_mm.items()}
    for side, trace in traces_from_markers(Markers(time_s, moved))[0].items():
        assert trace.obstacles == ()
        assert crank_error(trace.crank_deg, truth[side].crank_deg) < 2.0
        assert np.mean(trace.heel_out_deg - truth[side].heel_out_deg) == pytest.approx(0.0, abs=0.05)


def test_exchanged_heel_and_toe_are_refused() -> None:
    with pytest.raises(RecordingError, match="toe marker lies behind"):
        traces_from_markers(two_markers("left", np.array([-250.0, 0.0, 0.0])))


def test_without_heel_and_toe_there_is_no_rotation() -> None:
    with pytest.raises(NoRotationError):
        traces_from_markers(Markers(np.arange(3) / 100, {"left_heel": np.zeros((3, 3)), "right_toe": np.zeros((3, 3))}))


# ---- false places ------------------------------------------------------------------------------------------------

Places = dict[str, Array]


def heel_and_toe_exchanged(place: Places) -> None:
    for at in range(100, 2900, 200):
        rows = slice(at, at + 20)
        place["left_heel"][rows], place["left_toe"][rows] = (
            place["left_toe"][rows].copy(),
            place["left_heel"][rows].copy(),
        )


def toe_is_forefoot(place: Places) -> None:
    for at in range(100, 2900, 90):
        place["left_toe"][at : at + 40] = place["left_forefoot"][at : at + 40]


def toe_at_the_origin(place: Places) -> None:
    place["left_toe"][np.random.default_rng(1).integers(0, 3000, 60)] = 0.0


def toe_far_away(place: Places) -> None:
    place["left_toe"][[500, 1500]] = 1e30


def toe_stands(place: Places) -> None:
    place["left_toe"][800:2300] = place["left_toe"][800]


def foot_stands(place: Places) -> None:
    for part in ("heel", "toe", "forefoot"):
        place[f"left_{part}"][800:2300] = place[f"left_{part}"][800]


def forefoot_stands(place: Places) -> None:
    place["left_forefoot"][:] = place["left_forefoot"][0]


def toe_late(place: Places) -> None:
    place["left_toe"][:] = np.roll(place["left_toe"], 8, axis=0)


@pytest.mark.parametrize(
    ("spoil", "told", "number"),
    [
        (heel_and_toe_exchanged, "marker_places_false", True),
        (toe_at_the_origin, "marker_places_false", True),
        (toe_far_away, "marker_places_false", True),
        (toe_stands, "marker_places_false", True),
        (foot_stands, "marker_places_false", True),
        (forefoot_stands, "", True),
        (toe_is_forefoot, "markers_not_on_shoe", False),
        (toe_late, "markers_not_on_shoe", False),
    ],
)
def test_false_places_of_one_shoe_turn_neither_foot(spoil, told: str, number: bool) -> None:
    recording, _ = simulate_markers(RIDE, {"left": Shoe(mean_deg=4.0), "right": Shoe()})
    assert recording.markers is not None
    place = {name: values.copy() for name, values in recording.markers.positions_mm.items()}
    spoil(place)
    neutral = Session(neutral=PerFoot(0.0, 0.0))
    clean = analyze(recording, neutral)
    result = analyze(replace(recording, markers=replace(recording.markers, positions_mm=place)), neutral)
    assert abs(result.feet["right"].excess.deg - clean.feet["right"].excess.deg) < 0.02
    left = result.feet["left"]
    assert (left.recommendation.outcome != "undetermined") is number
    if number:
        assert abs(left.excess.deg - clean.feet["left"].excess.deg) < 0.15
    codes = {item.code for item in (*result.findings, *left.recommendation.reasons)}
    assert codes & {"marker_places_false", "markers_not_on_shoe"} == ({told} if told else set())
