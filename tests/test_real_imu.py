"""Shoe sensors in real motion: walking beside optics, and a real rider's shoes turned into ideal sensors.

Skipped where BIKEFIT_REAL_DATA does not name the folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import make_interp_spline
from scipy.signal import butter, filtfilt

from bikefit.analysis import analyze
from bikefit.conventions import SIDES, Side
from bikefit.io import read_recording
from bikefit.model import FootTrace, Recording, ShoeSensor
from bikefit.settings import Settings
from bikefit.shoe_sensor import foot_heading_deg, trace_from_sensor

WALKING_HZ, OPTICS_HZ = 204.8, 100.0
GRAVITY_M_S2 = 9.80665


def walking_sensor(folder: Path, side: Side) -> ShoeSensor:
    table = pd.read_csv(folder / "imu" / "imu_sample.csv", header=[0, 1], index_col=0)[f"{side}_sensor"]
    time = np.arange(len(table)) / WALKING_HZ
    gyr, acc = (table[[f"{kind}_{axis}" for axis in "xyz"]].to_numpy() for kind in ("gyr", "acc"))
    return ShoeSensor(side, time, gyr, time, acc)


@pytest.mark.parametrize("side", SIDES)
def test_heading_inside_strides_against_optics(real_data, side):
    time, heading = foot_heading_deg(walking_sensor(real_data, side), Settings())
    markers = pd.read_csv(real_data / "imu" / "mocap_sample.csv", header=[0, 1], index_col=0)
    long_axis = (markers[f"{side[0].upper()}_TOE"] - markers[f"{side[0].upper()}_FCC"]).to_numpy()
    optical = np.degrees(np.unwrap(np.arctan2(long_axis[:, 1], long_axis[:, 0])))
    optical = np.interp(time, np.arange(optical.size) / OPTICS_HZ, optical)
    strides = pd.read_csv(real_data / "imu" / "stride_borders_sample.csv")
    errors = []
    for _, stride in strides[strides["foot"] == side].iterrows():
        inside = slice(int(stride["start"]), int(stride["end"]))
        errors.append(float(np.std(optical[inside] - heading[inside])))
    assert len(errors) > 20
    assert np.median(errors) < 4.0


def test_walking_is_no_pedalling(real_data):
    sensors = {side: walking_sensor(real_data, side) for side in SIDES}
    for sensor in sensors.values():
        trace, findings = trace_from_sensor(sensor, Settings())
        assert trace.quality == 0.0
        assert "shoe_no_pedalling" in {item.code for item in findings}
    recording = Recording("walking", "simulated", "", None, 0.0, 38.7, sensors=sensors)
    result = analyze(recording)
    assert {foot.recommendation.outcome for foot in result.feet.values()} == {"undetermined"}


# ---- a real rider's shoe as an ideal sensor ---------------------------------------------------------------------


def ideal_sensor(folder: Path, side: Side) -> tuple[ShoeSensor, np.ndarray]:
    """Turn smoothed markers into what a perfect sensor on this shoe reads; and the heel-out angle of that motion."""
    markers = read_recording(folder / "markers" / "subject01_standing_10_70.trc").markers
    assert markers is not None
    time = markers.time_s
    smoothing = butter(2, 8.0 / 50.0)
    heel, toe, side_of_foot = (
        filtfilt(*smoothing, markers.positions_mm[f"{side}_{name}"] / 1000.0, axis=0)
        for name in ("heel", "toe", "forefoot")
    )
    long_axis = toe - heel
    long_axis /= np.linalg.norm(long_axis, axis=1)[:, None]
    up = np.cross(side_of_foot - heel, long_axis) * (1.0 if side == "left" else -1.0)
    up *= np.sign(up[:, 2].mean()) / np.linalg.norm(up, axis=1)[:, None]
    turned = np.stack([long_axis, np.cross(up, long_axis), up], axis=2)
    place = 0.5 * (heel + toe) + turned @ np.array([-0.03, 0.0, 0.05])
    force = make_interp_spline(time, place, 5).derivative(2)(time) + np.array([0.0, 0.0, GRAVITY_M_S2])
    rate = make_interp_spline(time, turned.reshape(-1, 9), 5).derivative()(time).reshape(-1, 3, 3)
    spin = turned.transpose(0, 2, 1) @ rate
    odd = np.stack(
        [spin[:, 2, 1] - spin[:, 1, 2], spin[:, 0, 2] - spin[:, 2, 0], spin[:, 1, 0] - spin[:, 0, 1]], axis=1
    )
    sensor = ShoeSensor(side, time, np.degrees(0.5 * odd), time, np.einsum("nji,nj->ni", turned, force))
    sign = 1.0 if side == "right" else -1.0
    return sensor, sign * np.degrees(np.arcsin(long_axis[:, 1]))


def ranges(trace: FootTrace, angle: np.ndarray) -> list[float]:
    """Return the range of an angle over each whole revolution of the trace's crank."""
    assert trace.crank_deg is not None
    turns = np.unwrap(np.radians(np.nan_to_num(trace.crank_deg))) / (2.0 * np.pi)
    whole = np.floor(turns - turns[0]).astype(int)
    return [float(np.ptp(angle[whole == k])) for k in range(whole.max()) if np.count_nonzero(whole == k) > 70]


@pytest.mark.parametrize("side", SIDES)
def test_a_real_riders_motion_reads_as_the_markers_do(real_data, side):
    sensor, heel_out = ideal_sensor(real_data, side)
    trace, _ = trace_from_sensor(sensor, Settings(), mounting=np.eye(3))
    assert trace.crank_source == "shoe_acceleration"
    assert trace.quality > 0.4
    by_sensor, by_markers = ranges(trace, trace.heel_out_deg), ranges(trace, heel_out)
    assert len(by_sensor) >= 10
    assert abs(np.median(by_sensor) - np.median(by_markers)) < 0.2
    assert np.median(by_markers) == pytest.approx({"right": 1.96, "left": 1.11}[side], abs=0.25)
    assert np.std((trace.heel_out_deg - heel_out)[100:-100]) < 0.1
