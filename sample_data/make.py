"""Make the files of this folder: ``python sample_data/make.py [NAME ..]``, all of them without a name.

Every one is synthetic: no rider has ever ridden it. Most are one ``bikefit simulate`` command each, listed below; the
others need more than its options say.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bikefit.cli import main as bikefit
from bikefit.io.csv_writer import write_csv
from bikefit.simulate import Foot, Ride, Rider, Section, simulate_ride

HERE = Path(__file__).parent

A_B_A = "--duration 120 --rate 50 --left-mean 0.3 --response 0.6"
WRONG_WAY = "--duration 120 --rate 50 --left-mean -0.4 --response -0.45"
TWO_WEDGES = "--seed 1 --duration 150 --left-mean 0.2 --right-mean 2.5 --coasts 2"

COMMANDS = {
    "two_wedges.csv": TWO_WEDGES,
    "float_stop.csv": "--seed 3 --duration 120 --rate 50 --right-mean 4 --right-range 5 --float-stop 4.5",
    "no_crank.csv": "--seed 4 --duration 120 --rate 50 --left-mean 1.8 --right-mean 0.4 --no-crank --pitch",
    "a_b_a_1.csv": f"--seed 11 {A_B_A} --right-mean 4.1",
    "a_b_a_2.csv": f"--seed 12 {A_B_A} --right-mean 3.9 --right-wedges 2",
    "a_b_a_3.csv": f"--seed 13 {A_B_A} --right-mean 3.8",
    "wrong_way_1.csv": f"--seed 21 {WRONG_WAY} --right-mean 4.0",
    "wrong_way_2.csv": f"--seed 22 {WRONG_WAY} --right-mean 4.1 --right-wedges 2",
}
"""File -> the options of ``bikefit simulate FILE`` that make it."""


def european(path: Path) -> None:
    """One ride as a program set to German writes it: semicolons, decimal commas."""
    rider = Rider(left=Foot(mean_deg=3.2, first_deg=1.6), right=Foot(mean_deg=0.5))
    ride = Ride(duration_s=120.0, rate_hz=50.0, cadence_rpm=92.0, power_w=230.0)
    write_csv(simulate_ride(rider, ride, seed=2)[0], path, delimiter=";", decimal=",")


def three_sections(path: Path) -> None:
    """One trainer ride with three laps: bare, two varus wedges right, bare again; stops between them."""
    rider = Rider(left=Foot(mean_deg=0.2), right=Foot(mean_deg=3.6, response=0.5))
    ride = Ride(
        duration_s=300.0,
        rate_hz=50.0,
        cadence_rpm=86.0,
        coasts=((90.0, 15.0), (195.0, 15.0)),
        sections=(Section(0.0), Section(105.0, right_cant_deg=2.0), Section(210.0)),
        power_w=None,
    )
    write_csv(simulate_ride(rider, ride, seed=5)[0], path)


FUNCTIONS: dict[str, Callable[[Path], None]] = {
    "european.csv": european,
    "three_sections.csv": three_sections,
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
    """Run ``bikefit simulate``; the truth that it writes beside the file is in the README here."""
    try:
        bikefit(["simulate", str(path), *shlex.split(options), "--quiet"])
    except SystemExit as done:
        if done.code:
            raise
    path.with_suffix(".truth.json").unlink()


if __name__ == "__main__":
    make(HERE, sys.argv[1:])
