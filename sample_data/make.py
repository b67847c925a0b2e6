"""Make the files of this folder: ``python sample_data/make.py [NAME ..]``, all of them without a name.

Every one is synthetic: no rider has ever ridden it. The files beside this script are one ``bikefit simulate`` command
each, as far as its options say what is in them; the small studio in ``sessions`` comes from `SESSIONS`.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

from bikefit.cli import main as bikefit
from bikefit.conventions import SIDES, Side
from bikefit.io.fit.writer import write_fit
from bikefit.io.markers.trc_writer import write_trc
from bikefit.io.text.writer import write_csv
from bikefit.simulate import Foot, Harmonics, Ride, Rider, Section, markers, shoe, simulate_plain, simulate_ride, swing

HERE = Path(__file__).parent

A_B_A = "--duration 120 --rate 50 --left-mean 0.3 --response 0.9"
WRONG_WAY = "--duration 120 --rate 50 --left-mean -0.4 --response -0.45"
HELPED = "--duration 120 --rate 50 --left-mean 0.2 --response 0.9"
HARMED = "--duration 120 --rate 50 --left-mean -0.3 --response -0.9"
TWO_WEDGES = "--seed 1 --duration 150 --left-mean 0.2 --right-mean 2.5 --coasts 2"

COMMANDS = {
    "two_wedges.csv": TWO_WEDGES,
    "two_wedges.fit": TWO_WEDGES,
    "float_stop.csv": "--seed 3 --duration 120 --rate 50 --right-mean 3 --right-range 5 --float-stop 3.5",
    "no_crank.csv": "--seed 4 --duration 120 --rate 50 --left-mean -2.5 --right-mean 0.4 --no-crank --pitch",
    "a_b_a_1.csv": f"--seed 11 {A_B_A} --right-mean 2.15",
    "a_b_a_2.csv": f"--seed 12 {A_B_A} --right-mean 2.1 --right-wedges 2",
    "a_b_a_3.csv": f"--seed 13 {A_B_A} --right-mean 2.05",
    "wrong_way_1.csv": f"--seed 21 {WRONG_WAY} --right-mean 4.0",
    "wrong_way_2.csv": f"--seed 22 {WRONG_WAY} --right-mean 4.1 --right-wedges 2",
    "visit_helped_1.fit": f"--seed 31 {HELPED} --right-mean 2.1",
    "visit_helped_2.fit": f"--seed 32 {HELPED} --right-mean 2.25 --right-wedges 2",
    "visit_helped_3.fit": f"--seed 33 {HELPED} --right-mean 2.15 --right-wedges -2",
    "visit_helped_4.fit": f"--seed 34 {HELPED} --right-mean 2.3",
    "visit_harmed_1.fit": f"--seed 41 {HARMED} --right-mean 2.25",
    "visit_harmed_2.fit": f"--seed 42 {HARMED} --right-mean 2.15 --right-wedges 2",
    "visit_harmed_3.fit": f"--seed 43 {HARMED} --right-mean 2.3 --right-wedges -2",
    "visit_harmed_4.fit": f"--seed 44 {HARMED} --right-mean 2.2",
}
"""File -> the options of ``bikefit simulate FILE`` that make it."""

utc = partial(datetime, tzinfo=UTC)

ANNA = {"left_mean_deg": 0.5, "right_range_deg": 5.0, "response": 0.7}
BEN = {"right_mean_deg": -0.3, "response": 0.5, "wedge_cant_deg": 1.5, "cadence_rpm": 78.0}
CARLA = {"left_mean_deg": -0.6, "response": -0.3, "cadence_rpm": 95.0}

SESSIONS: dict[str, dict[str, Any]] = {
    "anna_1.fit": {**ANNA, "seed": 101, "right_mean_deg": 4.6, "start": utc(2026, 3, 2, 9, 0)},
    "anna_2.fit": {
        **ANNA, "seed": 102, "right_mean_deg": 4.5, "right_wedges": 2, "start": utc(2026, 3, 2, 9, 25),
    },
    "anna_3.fit": {**ANNA, "seed": 103, "right_mean_deg": 4.8, "start": utc(2026, 3, 2, 9, 50)},
    "ben_1.fit": {**BEN, "seed": 201, "left_mean_deg": -3.4, "start": utc(2026, 3, 9, 16, 0)},
    "ben_2.fit": {
        **BEN, "seed": 202, "left_mean_deg": -3.2, "left_wedges": -1, "start": utc(2026, 3, 9, 16, 20),
    },
    "ben_3.fit": {**BEN, "seed": 203, "left_mean_deg": -3.3, "start": utc(2026, 3, 9, 16, 45)},
    "carla_1.csv": {**CARLA, "seed": 301, "right_mean_deg": 3.0},
    "carla_2.fit": {
        **CARLA, "seed": 302, "right_mean_deg": 3.1, "right_wedges": 1, "start": utc(2026, 4, 1, 18, 0),
    },
    "dario_2.fit": {"seed": 402, "right_mean_deg": 3.6, "start": utc(2026, 4, 20, 8, 0)},
    "emma_1.fit": {
        "seed": 501, "left_mean_deg": 0.4, "right_mean_deg": -0.5, "coasts": 2,
        "start": utc(2026, 5, 4, 12, 0),
    },
}  # fmt: skip
"""File in ``sessions`` -> its numbers for `simulate_plain`, beside those that all of them share."""

SHARED: dict[str, Any] = {"duration_s": 90.0, "rate_hz": 50.0}


def european(path: Path) -> None:
    """One ride as a program set to German writes it: semicolons, decimal commas."""
    rider = Rider(left=Foot(mean_deg=1.4, heel_out=swing(1.6)), right=Foot(mean_deg=0.5))
    ride = Ride(duration_s=120.0, rate_hz=50.0, cadence_rpm=92.0, power_w=230.0)
    write_csv(simulate_ride(rider, ride, seed=2)[0], path, delimiter=";", decimal=",")


def three_sections(path: Path) -> None:
    """One trainer ride with three laps: bare, two varus wedges right, bare again; stops between them."""
    rider = Rider(left=Foot(mean_deg=0.2), right=Foot(mean_deg=3.6, response=0.5))
    ride = Ride(
        duration_s=250.0,
        rate_hz=50.0,
        cadence_rpm=86.0,
        coasts=((75.0, 12.0), (162.0, 12.0)),
        sections=(Section(0.0), Section(87.0, right_cant_deg=2.0), Section(174.0)),
        power_w=None,
    )
    write_csv(simulate_ride(rider, ride, seed=5)[0], path)


def visit_in_laps(path: Path, response: float, left_deg: float, seed: int) -> None:
    """The visit as one ride with four laps: bare, two varus wedges right, two valgus, bare; stops between them."""
    rider = Rider(left=Foot(mean_deg=left_deg), right=Foot(mean_deg=2.2, response=response))
    ride = Ride(
        duration_s=540.0,
        rate_hz=50.0,
        coasts=((120.0, 20.0), (260.0, 20.0), (400.0, 20.0)),
        sections=(
            Section(0.0),
            Section(140.0, right_cant_deg=2.0),
            Section(280.0, right_cant_deg=-2.0),
            Section(420.0),
        ),
        power_w=190.0,
    )
    write_fit(simulate_ride(rider, ride, seed=seed)[0], path)


def shoe_sensor(path: Path) -> None:
    """A sensor on the right shoe, as a watch strapped on it would log: still for six seconds, then pedalling."""
    feet = {"right": shoe.Shoe(heel_out=Harmonics(2.6, (1.8, 0.5), (150.0, 40.0)))}
    ride = shoe.Ride(duration_s=75.0, still_s=6.0)
    write_fit(shoe.simulate_shoes(ride, feet, {"right": shoe.SensorModel(rate_hz=50.0)}, seed=6)[0], path)


def one_shoe(path: Path, side: Side) -> None:
    """One file of a session recorded with a sensor on each shoe; the right one was switched on 0.8 s later."""
    feet = {
        "left": shoe.Shoe(heel_out=Harmonics(0.6, (1.5, 0.4), (150.0, 40.0))),
        "right": shoe.Shoe(heel_out=Harmonics(3.5, (2.0, 0.5), (160.0, 40.0))),
    }
    sensors = {own: shoe.SensorModel(rate_hz=50.0) for own in SIDES}
    both, _ = shoe.simulate_shoes(shoe.Ride(duration_s=60.0, still_s=6.0), feet, sensors, seed=401)
    whole = both.sensors[side]
    on = slice(0 if side == "left" else 40, None)
    sensor = replace(
        whole,
        gyr_time_s=whole.gyr_time_s[on],
        gyr_deg_s=whole.gyr_deg_s[on],
        acc_time_s=whole.acc_time_s[on],
        acc_m_s2=whole.acc_m_s2[on],
    )
    write_csv(replace(both, sensors={side: sensor}), path)


MARKER_PLACES = dict.fromkeys(SIDES, markers.MarkerPlaces(heel=(-175.0, 0.0, 65.0), ankle=None))
"""The heel markers of the two files sit 20 mm higher above the sole than the toe markers."""


def marker_ride(path: Path) -> None:
    """Markers on both shoes, as a studio's cameras would export them for OpenSim."""
    feet = {
        "left": shoe.Shoe(heel_out=Harmonics(-3.8, (1.0, 0.3), (150.0, 40.0)), stroke_sd_deg=0.15),
        "right": shoe.Shoe(heel_out=Harmonics(-3.4, (1.4, 0.4), (165.0, 40.0)), stroke_sd_deg=0.15),
    }
    ride = shoe.Ride(duration_s=36.0, still_s=0.0, cadence_rpm=80.0)
    write_trc(markers.simulate_markers(ride, feet, MARKER_PLACES, markers.Cameras(rate_hz=60.0), seed=7)[0], path)


def marker_stance(path: Path) -> None:
    """The still trial of the same rider: standing on a level floor."""
    stance = {"left": -4.0, "right": -7.0}
    write_trc(markers.simulate_stance(stance, MARKER_PLACES, markers.Cameras(rate_hz=60.0), seed=8), path)


def session(path: Path) -> None:
    """One session of the studio, by its name in `SESSIONS`; a CSV is written the German way."""
    recording, _ = simulate_plain(**{**SHARED, **SESSIONS[path.name]})
    if path.suffix == ".fit":
        write_fit(recording, path)
    else:
        write_csv(recording, path, delimiter=";", decimal=",")


def damaged(path: Path) -> None:
    """A session whose device died: the last third of the file is missing."""
    session(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])


def ordinary_ride(path: Path) -> None:
    """A ride file as any bike computer writes it: cadence, power, heart rate, speed, and no foot."""
    start_ms = round(utc(2026, 5, 9, 7, 30).timestamp() * 1000)
    builder = FitFileBuilder(auto_define=True)
    head = FileIdMessage()
    head.type, head.manufacturer, head.time_created = FileType.ACTIVITY, Manufacturer.DEVELOPMENT.value, start_ms
    builder.add(head)
    for second in range(300):
        record = RecordMessage()
        record.timestamp = start_ms + 1000 * second
        record.cadence, record.power = 82 + second % 7, 180 + 5 * (second % 9)
        record.heart_rate, record.speed = 120 + second // 20, 8.5 + 0.1 * (second % 5)
        builder.add(record)
    path.write_bytes(builder.build().to_bytes())


FUNCTIONS: dict[str, Callable[[Path], None]] = {
    "european.csv": european,
    "three_sections.csv": three_sections,
    "visit_helped_laps.fit": partial(visit_in_laps, response=0.9, left_deg=0.2, seed=35),
    "visit_harmed_laps.fit": partial(visit_in_laps, response=-0.9, left_deg=-0.3, seed=45),
    "shoe_sensor.fit": shoe_sensor,
    "markers.trc": marker_ride,
    "markers_static.trc": marker_stance,
    **{f"sessions/{name}": session for name in SESSIONS},
    "sessions/dario_1_left.csv": partial(one_shoe, side="left"),
    "sessions/dario_1_right.csv": partial(one_shoe, side="right"),
    "sessions/dario_2.fit": damaged,
    "sessions/emma_ride.fit": ordinary_ride,
}
"""File -> what makes it."""


def make(folder: Path, names: Sequence[str] = ()) -> None:
    """Make the named files, or all of them, in a folder."""
    for name in names or [*COMMANDS, *FUNCTIONS]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in FUNCTIONS:
            FUNCTIONS[name](path)
        else:
            simulate(path, COMMANDS[name])


def simulate(path: Path, options: str) -> None:
    """Run ``bikefit simulate``; the truth that it writes beside the file is told in the README here."""
    try:
        bikefit(["simulate", str(path), *shlex.split(options), "--quiet"])
    except SystemExit as done:
        if done.code:
            raise
    path.with_suffix(".truth.json").unlink()


if __name__ == "__main__":
    make(HERE, sys.argv[1:])
