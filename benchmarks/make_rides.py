"""Make synthetic rides for benchmarks: many sessions for a batch, or one long ride.

    python benchmarks/make_rides.py OUTDIR --sessions 1000            # ten minutes each, 100 Hz, with a manifest
    python benchmarks/make_rides.py OUTDIR --hours 4                  # one CSV of 1.44 million rows

Sessions come from ``--riders`` riders of their own angles and responses, with 0, 1 or 2 wedges under the right shoe.
"""

from __future__ import annotations

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from bikefit.io.text.writer import write_csv
from bikefit.model import Recording
from bikefit.simulate import Foot, Ride, Rider, scatter, simulate_ride, swing

COLUMNS = ("file", "session", "rider", "date", "condition", "left_wedges", "right_wedges")


def rider_of(number: int, right_wedges: int) -> Rider:
    """Draw a rider by number: excess N(0, 4) deg, response N(0.25, 0.5) as in the prior."""
    rng = np.random.default_rng([number, 1])
    left, right = (
        Foot(
            mean_deg=rng.normal(0, 4),
            heel_out=swing(rng.uniform(1, 4), rng.uniform(0.2, 1)),
            stroke_sd_deg=rng.uniform(0.2, 1.0),
            response=rng.normal(0.25, 0.5),
        )
        for _ in range(2)
    )
    return Rider(left, replace(right, cant_deg=float(right_wedges)))


def session(number: int, minutes: float, riders: int) -> tuple[Recording, dict[str, object]]:
    """Simulate one session and describe it as a row of the manifest."""
    rng = np.random.default_rng([number, 2])
    rider, right_wedges = number % riders, number // riders % 3
    seconds = 60 * minutes
    ride = Ride(
        duration_s=seconds,
        cadence_rpm=rng.uniform(65, 105),
        coasts=scatter(rng.integers(0, 6), (1.0, 15.0), seconds, rng),
        missing_share=rng.choice([0.0, 0.01]),
        power_w=rng.uniform(120, 280),
    )
    recording, _ = simulate_ride(rider_of(rider, right_wedges), ride, seed=number)
    row = {
        "session": f"s{number:05d}",
        "rider": f"synthetic {rider:04d}",
        "date": f"2026-{1 + number // riders % 12:02d}-{1 + number % 28:02d}",
        "condition": f"{right_wedges} wedges right",
        "left_wedges": 0,
        "right_wedges": right_wedges,
    }
    return recording, row


def write_session(folder: Path, number: int, minutes: float, riders: int, suffix: str) -> dict[str, object]:
    recording, row = session(number, minutes, riders)
    path = folder / f"{row['session']}.{suffix}"
    if suffix == "fit":
        from bikefit.io.fit.writer import write_fit

        write_fit(recording, path)
    else:
        write_csv(recording, path)
    return {"file": path.name, **row}


def write_manifest(folder: Path, rows: list[dict[str, object]], name: str = "manifest.csv") -> Path:
    """Write the table of a batch's sessions."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    return path


def write_long_ride(path: Path, hours: float) -> None:
    """One ride of many hours with five columns: time, both feet, crank, cadence."""
    rng = np.random.default_rng(4)
    seconds = 3600 * hours
    ride = Ride(duration_s=seconds, coasts=scatter(round(20 * hours), (1.0, 60.0), seconds, rng), power_w=None)
    write_csv(simulate_ride(rider_of(1, 0), ride, seed=4)[0], path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--riders", type=int, default=250)
    parser.add_argument("--format", choices=("csv", "fit"), default="csv")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--hours", type=float, default=0.0, help="length of one long ride, written as long.csv")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.hours:
        write_long_ride(given.folder / "long.csv", given.hours)
    if given.sessions:
        with ProcessPoolExecutor(given.jobs) as pool:
            jobs = [
                pool.submit(write_session, given.folder, number, given.minutes, given.riders, given.format)
                for number in range(given.sessions)
            ]
            rows = [job.result() for job in jobs]
        write_manifest(given.folder, rows)


if __name__ == "__main__":
    main()
