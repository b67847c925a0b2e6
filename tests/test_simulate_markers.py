"""The simulated cameras: the geometry of the markers themselves, apart from what reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bikefit.conventions import SIDES, Side
from bikefit.io import read_recording
from bikefit.marker_geometry import static_heel_out_deg, traces_from_markers
from bikefit.simulate.markers import Cameras, MarkerPlaces, simulate_markers, simulate_stance
from bikefit.simulate.space import Ride, Shoe

RIDE = Ride(duration_s=10.0, still_s=0.0, cadence_rpm=90.0)
STILL = Cameras(noise_mm=0.0)
PEDALS = dict.fromkeys(SIDES, MarkerPlaces(pedal=True))


def places() -> dict[str, np.ndarray]:
    recording, _ = simulate_markers(RIDE, places=PEDALS, cameras=STILL)
    assert recording.markers is not None
    return dict(recording.markers.positions_mm)


def test_pedals_go_round_the_crank_opposite_to_each_other() -> None:
    seen = places()
    way = seen["right_pedal"] - seen["left_pedal"]
    assert np.hypot(way[:, 0], way[:, 2]) == pytest.approx(np.full(len(way), 345.0), abs=1e-6)
    assert np.ptp(way[:, 1]) == pytest.approx(0.0, abs=1e-9)
    assert np.ptp(np.unwrap(np.arctan2(way[:, 0], way[:, 2]))) / (2 * np.pi) == pytest.approx(15.0, abs=0.1)


def test_shoes_are_rigid_and_carried_by_the_pedal() -> None:
    seen = places()
    for side in SIDES:
        length = np.linalg.norm(seen[f"{side}_toe"] - seen[f"{side}_heel"], axis=1)
        arm = np.linalg.norm(seen[f"{side}_forefoot"] - seen[f"{side}_pedal"], axis=1)
        assert np.ptp(length) < 1e-9
        assert arm == pytest.approx(np.full(len(arm), np.hypot(np.hypot(15, 52), 32)))


@pytest.mark.parametrize("side", SIDES)
def test_the_truth_is_what_level_markers_show(side: Side) -> None:
    recording, truth = simulate_markers(RIDE, cameras=STILL)
    assert recording.markers is not None
    seen = recording.markers.positions_mm
    way = seen[f"{side}_toe"] - seen[f"{side}_heel"]
    heading = np.degrees(np.arcsin(way[:, 1] / np.linalg.norm(way, axis=1)))
    assert (heading if side == "right" else -heading) == pytest.approx(truth[side].heel_out_deg, abs=1e-9)
    assert np.degrees(np.arctan2(-way[:, 2], way[:, 0])) == pytest.approx(truth[side].pitch_deg, abs=1e-9)


def test_a_varus_wedge_lifts_the_side_toward_the_bike() -> None:
    wedged, _ = simulate_markers(RIDE, dict.fromkeys(SIDES, Shoe(cant_deg=5.0)), cameras=STILL)
    bare, _ = simulate_markers(RIDE, dict.fromkeys(SIDES, Shoe()), cameras=STILL)
    assert wedged.markers is not None
    assert bare.markers is not None
    for side in SIDES:
        outer = (
            wedged.markers.positions_mm[f"{side}_forefoot"][:, 2] - bare.markers.positions_mm[f"{side}_forefoot"][:, 2]
        )
        assert outer.mean() < -3.0


def test_flicker_hidden_stretches_and_the_seed() -> None:
    cameras = Cameras(flicker=(("left_toe", 2.0, 4.0),), hidden=(("right_heel", 3.0, 4.0),))
    first, _ = simulate_markers(RIDE, cameras=cameras, seed=5)
    again, _ = simulate_markers(RIDE, cameras=cameras, seed=5)
    plain, _ = simulate_markers(RIDE, seed=5)
    assert first.markers is not None
    assert again.markers is not None
    assert plain.markers is not None
    for name, seen in first.markers.positions_mm.items():
        np.testing.assert_array_equal(seen, again.markers.positions_mm[name])
    jump = first.markers.positions_mm["left_toe"] - plain.markers.positions_mm["left_toe"]
    assert np.flatnonzero(jump[:, 1]).tolist() == [200, 201, 202, 203, 204]
    assert np.isnan(first.markers.positions_mm["right_heel"]).all(axis=1).sum() == 100


def test_in_the_stance_the_sole_lies_on_the_floor() -> None:
    stance = simulate_stance({"left": -4.0, "right": -9.0}, cameras=STILL)
    assert stance.markers is not None
    seen = stance.markers.positions_mm
    assert seen["left_heel"][0, 2] == pytest.approx(45.0 - 12.0)
    assert seen["right_toe"][0, 1] - seen["right_heel"][0, 1] == pytest.approx(260.0 * np.sin(np.radians(-9.0)))
    assert seen["left_toe"][0, 1] - seen["left_heel"][0, 1] == pytest.approx(260.0 * np.sin(np.radians(4.0)))


def test_the_sample_trial_against_what_is_true_of_it(samples: Path) -> None:
    ride, stance = (read_recording(samples / name).markers for name in ("markers.trc", "markers_static.trc"))
    assert ride is not None
    assert stance is not None
    standing = static_heel_out_deg(stance)
    assert standing == pytest.approx({"left": -4.0, "right": -7.0}, abs=0.05)
    traces, _ = traces_from_markers(ride, stance)
    excess = {side: float(np.mean(trace.heel_out_deg)) - standing[side] for side, trace in traces.items()}
    assert excess == pytest.approx({"left": 0.2, "right": 3.6}, abs=0.2)
