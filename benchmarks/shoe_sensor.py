"""How well a shoe sensor does on many simulated riders, under what disturbs it, over an hour, and how fast.

    python benchmarks/shoe_sensor.py [--riders 24]

Prints the tables of docs/performance.md. Riders, lever arms and mountings are drawn at random; the seeds are fixed.
The orientation is set beside VQF's (pip install vqf), on the motion that the tests simulate.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from bikefit.conventions import Side
from bikefit.model import FootTrace
from bikefit.settings import Settings
from bikefit.shoe_sensor import align_clocks, trace_from_sensor
from bikefit.shoe_sensor.orientation import filtered
from bikefit.shoe_sensor.samples import even_stretches
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.shoe import SensorModel, simulate_shoe
from bikefit.simulate.space import Ride, Shoe
from bikefit.simulate.truth import ShoeTruth

SETTINGS = Settings()
STEP_S = 150.0


def rider(rng: np.random.Generator, number: int) -> tuple[Ride, Shoe, Side]:
    """Draw a rider with a true step of 1.00 deg half way."""

    def draw(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    ride = Ride(
        duration_s=300.0,
        cadence_rpm=draw(60, 110),
        dead_spot_share=2 * np.radians(draw(0, 3)),
        crank_m=float(rng.choice([0.165, 0.17, 0.1725, 0.175])),
        still_s=draw(4, 10),
    )
    shoe = Shoe(
        heel_out=Harmonics(float(rng.normal(0, 4)), (draw(0.5, 4), draw(0, 1)), (draw(0, 360), draw(0, 360))),
        pitch=Harmonics(draw(5, 25), (draw(8, 22), draw(1, 5)), (float(rng.normal(285, 20)), draw(0, 360))),
        roll=Harmonics(float(rng.normal(0, 2)), (draw(0, 2), draw(0, 0.6)), (draw(0, 360), draw(0, 360))),
        stroke_sd_deg=draw(0.1, 1.0),
        lever_m=(draw(-0.17, 0.08), draw(-0.04, 0.04), draw(0.03, 0.11)),
        mounting_deg=(draw(-30, 30), draw(-30, 30), draw(-30, 30)),
        pose_heel_out_deg=float(rng.normal(0, 4)),
        steps=((STEP_S, 1.0),),
    )
    return ride, shoe, "left" if number % 2 else "right"


def errors(trace: FootTrace, truth: ShoeTruth, ride: Ride) -> dict[str, float]:
    """Compare a trace with the truth over its usable pedalling."""
    when = trace.time_s
    counted = (when > ride.still_s + ride.start_s) & (when < ride.duration_s - 0.5)
    for flagged in trace.unusable.values():
        counted &= ~flagged
    if trace.crank_deg is None or not counted.any():
        return {"used": 0.0}
    counted &= np.isfinite(trace.crank_deg)
    zero = truth.pose_heel_out_deg if trace.zero == "rider" else float("nan")
    error = trace.heel_out_deg - np.interp(when, truth.time_s, truth.heel_out_deg)
    crank = (trace.crank_deg - np.interp(when, truth.time_s, truth.crank_deg) + 180.0) % 360.0 - 180.0
    rate = trace.rate_hz
    kept = error[counted]
    length = int(20.0 * rate)
    windows = kept[: kept.size // length * length].reshape(-1, length).mean(axis=1)
    slow = gaussian_filter1d(np.where(counted, error, kept.mean()), 2.0 * rate)
    before, after = counted & (when < STEP_S - 5.0), counted & (when > STEP_S + 5.0)
    return {
        "absolute": float(kept.mean()) + zero,
        "shape": float(np.std((error - slow)[counted])),
        "window": float(windows.std()) if windows.size > 1 else float("nan"),
        "step": 1.0 + float(error[after].mean() - error[before].mean())
        if before.any() and after.any()
        else float("nan"),
        "crank": float(np.sqrt(np.mean(crank[counted] ** 2))),
        "used": float(counted.sum() / ((when > ride.still_s + ride.start_s).sum())),
    }


def many(riders: int, name: str, sensor: SensorModel, *, pose: bool = True) -> None:
    rows = []
    for number in range(riders):
        rng = np.random.default_rng([number, 17])
        ride, shoe, side = rider(rng, number)
        own = replace(
            sensor,
            gyr_bias_deg_s=tuple(float(value) for value in rng.normal(0, 0.5, 3)),  # type: ignore[arg-type]
            acc_bias_m_s2=tuple(float(value) for value in rng.normal(0, 0.05, 3)),  # type: ignore[arg-type]
        )
        ride = ride if pose else replace(ride, still_s=0.0)
        readings, truth = simulate_shoe(ride, shoe, side, own, seed=number)
        rows.append(errors(trace_from_sensor(readings, SETTINGS)[0], truth, ride))

    def worst(key: str, middle: float = 0.0) -> float:
        return max(abs(row[key] - middle) for row in rows)

    shown = f"{worst('absolute'):.2f}" if pose else "-"
    print(
        f"| {name} | {worst('shape'):.3f} | {worst('window'):.3f} | {shown} | "
        f"{min(row['step'] for row in rows):.3f}-{max(row['step'] for row in rows):.3f} | {worst('crank'):.2f} |"
    )


def disturbances() -> None:
    ride = Ride(duration_s=240.0)
    fast = replace(ride, cadence_rpm=105.0)
    late = ((120.0, 241.0),)
    cases: list[tuple[str, Ride, Shoe, SensorModel]] = [
        ("nothing", ride, Shoe(), SensorModel()),
        ("rocking 1 deg in phase", replace(ride, rocking_deg=1.0), Shoe(), SensorModel()),
        (
            "the same, only after the pose",
            replace(ride, standing=late, standing_rocking_deg=1.0),
            Shoe(),
            SensorModel(),
        ),
        ("rocking 2 deg", replace(ride, rocking_deg=2.0), Shoe(), SensorModel()),
        ("standing 120 s with 8 deg", replace(ride, standing=late), Shoe(), SensorModel()),
        (
            "a bend of 6 deg/s for 30 s",
            replace(ride, turning=((100.0, 130.0, 6.0),), speed_m_s=8.0),
            Shoe(),
            SensorModel(),
        ),
        ("pedal sliding 2 mm", ride, Shoe(sideways_m=0.002), SensorModel()),
        ("upper giving way 1 deg", ride, Shoe(flex_deg=1.0), SensorModel()),
        ("gyroscope cross-axis 1 %", ride, Shoe(), SensorModel(cross_axis=0.01)),
        ("gyroscope scale 2 %", ride, Shoe(), SensorModel(gyr_scale=0.02)),
        ("clipped at 2 g, 105 rpm", fast, Shoe(), SensorModel(acc_clip_m_s2=19.6)),
        ("clipped at 125 deg/s", ride, Shoe(), SensorModel(gyr_clip_deg_s=125.0)),
        ("vibration 15 m/s^2", ride, Shoe(), SensorModel(vibration_m_s2=15.0)),
        ("climb of 5 deg", replace(ride, grade_deg=5.0), Shoe(), SensorModel()),
        ("pose with the sole 8 deg toe-down", ride, Shoe(pose_pitch_deg=8.0), SensorModel()),
        ("foot swaying 0.5 deg in the pose", replace(ride, still_s=12.0), Shoe(restless_deg=0.5), SensorModel()),
        ("wedge of 3 deg", ride, Shoe(cant_deg=3.0), SensorModel()),
    ]
    for name, how, shoe, sensor in cases:
        readings, truth = simulate_shoe(how, shoe, "right", sensor, seed=1)
        trace, _ = trace_from_sensor(readings, SETTINGS)
        row = errors(trace, truth, how)
        if row["used"] < 0.02:
            print(f"| {name} | - | - | - | {trace.quality:.2f} | {row['used']:.2f} |")
        else:
            stated = f"{trace.zero_sd_deg:.1f}" if trace.zero == "rider" else "no zero"
            numbers = f"{row['absolute']:+.2f} | {row['shape']:.2f} | {stated}"
            print(f"| {name} | {numbers} | {trace.quality:.2f} | {row['used']:.2f} |")


def an_hour() -> None:
    knots = (
        (0.0, 80.0),
        (600.0, 85.0),
        (1200.0, 70.0),
        (1300.0, 95.0),
        (2000.0, 88.0),
        (3000.0, 100.0),
        (3601.0, 90.0),
    )
    ride = Ride(duration_s=3600.0, cadence_rpm=knots)
    sensors = {
        "left": SensorModel(gyr_bias_drift_deg_s_h=0.3),
        "right": SensorModel(gyr_bias_drift_deg_s_h=-0.3, clock_offset_s=5.0),
    }
    made = {side: simulate_shoe(ride, Shoe(), side, sensor, seed=4) for side, sensor in sensors.items()}  # type: ignore[arg-type]
    trace_from_sensor(made["left"][0], SETTINGS)  # imports
    start, cpu = time.perf_counter(), time.process_time()
    traces = {side: trace_from_sensor(readings, SETTINGS)[0] for side, (readings, _) in made.items()}
    moved, _ = align_clocks(traces["left"], traces["right"])
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    for side, (_, truth) in made.items():
        trace = traces[side]
        late = trace.time_s > trace.time_s[0] + 20.0
        error = (trace.heel_out_deg - np.interp(trace.time_s, truth.time_s, truth.heel_out_deg))[late]
        drift = np.polyfit(trace.time_s[late] / 3600.0, error, 1)[0]
        print(f"One hour, {side}: drift {drift:+.4f} deg/h, RMS of the shape {error.std():.3f} deg.")
    slip = float(np.abs(moved.time_s - (traces["right"].time_s - 5.0)).max())
    print(f"Clocks 5 s apart were brought together within {1000.0 * slip:.1f} ms.")
    print(f"Two shoes, one hour at 100 Hz: {wall:.1f} s on the clock, {used:.1f} s of processor time.")


def orientation(seeds: int = 6) -> None:
    """Compare inclination and time with VQF's offline variant, on the motion of tests/test_orientation.py."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from helpers.hand_motion import inclination_rmse_deg, moved
    from test_orientation import KINDS, by_vqf

    print("| | inclination RMSE | VQF | ratio |\n|---|---|---|---|")
    for kind, hand in KINDS.items():
        errors_deg = []
        for seed in range(seeds):
            trial = moved(
                replace(
                    hand,
                    breaks=seed % 2 == 1,
                    rests_first=seed % 3 > 0,
                    rate_hz=(50.0, 100.0, 200.0)[seed % 3],
                    scale_error=0.003 * (seed // 3 % 2),
                ),
                1000 + seed,
            )
            both = filtered(trial.samples)[0], by_vqf(trial.samples)
            errors_deg.append([inclination_rmse_deg(quaternion, trial) for quaternion in both])
        own, other = np.mean(errors_deg, axis=0)
        print(f"| {kind} | {own:.3f} | {other:.3f} | {own / other:.2f} |")
    readings, _ = simulate_shoe(Ride(duration_s=1200.0), Shoe(), "right", SensorModel(), seed=1)
    samples = even_stretches(readings, SETTINGS).stretches[0]
    seconds = []
    for _ in range(15):
        begun = time.perf_counter()
        filtered(samples)
        between = time.perf_counter()
        by_vqf(samples)
        seconds.append((between - begun, time.perf_counter() - between))
    own, other = np.median(seconds, axis=0)
    print(f"\n{samples.time_s.size:,} samples: {1e3 * own:.0f} ms; VQF {1e3 * other:.0f} ms; ratio {own / other:.2f}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--riders", type=int, default=24)
    riders = parser.parse_args().riders
    print(f"Worst of {riders} random riders [deg]\n")
    print("| | shape RMSE | SD of 20-s means | absolute | step of 1.00 | crank RMS |\n|---|---|---|---|---|---|")
    many(riders, "100 Hz, pose", SensorModel())
    many(riders, "50 Hz, pose", SensorModel(rate_hz=50.0))
    many(riders, "25 Hz, pose", SensorModel(rate_hz=25.0))
    many(riders, "100 Hz, no pose, mounting unknown", SensorModel(), pose=False)
    print("\nWhat disturbs [deg]\n\n| | mean | shape RMSE | stated SD of the zero | quality | share used |")
    print("|---|---|---|---|---|---|")
    disturbances()
    print()
    an_hour()
    print("\nOrientation beside VQF [deg]\n")
    orientation()


if __name__ == "__main__":
    main()
