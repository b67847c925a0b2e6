"""What a camera above or below the pedal reads of a heel that turns by one degree: a pinhole, perspective and pitch.

A shoe goes round with the pedal, pitches and turns about the normal of its sole. Heel and toe are two points in the
image, two further points lie on a line along the bike. What is read is the angle between the two lines, averaged over
the stroke. Twice is recorded, the second time with the heel one degree further out and, as the case says, with another
pitch, with the camera set up anew, or with a wedge that rolls the shoe under points of unequal height.

    python benchmarks/camera.py
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CRANK_M, BESIDE_M = 0.17, -0.13
HEEL_M, TOE_M = -0.19, 0.07
"""Along the sole from the pedal's axle."""
TRUE_CHANGE_DEG = 1.0


@dataclass(frozen=True)
class SetUp:
    """Where the camera hangs over the bottom bracket and beside the bike, and which part of the stroke it sees."""

    name: str
    height_m: float
    beside_m: float = BESIDE_M
    only_bottom: bool = False


@dataclass(frozen=True)
class Take:
    """One recording: the heel's angle, the shoe's mean pitch and roll, and how the camera stands."""

    heel_out_deg: float
    pitch_deg: float = 20.0
    roll_deg: float = 0.0
    heel_higher_m: float = 0.0
    tilt_deg: tuple[float, float] = (0.0, 0.0)
    moved_m: tuple[float, float] = (0.0, 0.0)


SET_UPS = (
    SetUp("ceiling, 2.5 m, over the pedal", 2.5),
    SetUp("ceiling, 2.5 m, over the bike", 2.5, 0.0),
    SetUp("boom, 1.2 m, over the pedal", 1.2),
    SetUp("boom, 1.2 m, over the bike", 1.2, 0.0),
    SetUp("glass floor, 1.0 m below", -1.0),
    SetUp("floor, 0.30 m below, at the bottom only", -0.30, only_bottom=True),
)


def about(axis: int, deg: Array | float) -> Array:
    """Return rotations about an axis, shape (n, 3, 3)."""
    angle = np.radians(np.atleast_1d(np.asarray(deg, dtype=float)))
    turns = np.zeros((angle.size, 3, 3))
    one, two = [(1, 2), (2, 0), (0, 1)][axis]
    turns[:, axis, axis] = 1.0
    turns[:, one, one] = turns[:, two, two] = np.cos(angle)
    turns[:, one, two], turns[:, two, one] = -np.sin(angle), np.sin(angle)
    return turns


def shoe_points(take: Take, crank_deg: Array) -> tuple[Array, Array]:
    """Return heel and toe of the right shoe [m]: x forward, y to the left, z up, from the bottom bracket."""
    crank = np.radians(crank_deg)
    axle = np.column_stack([CRANK_M * np.sin(crank), np.full(crank.size, BESIDE_M), CRANK_M * np.cos(crank)])
    pitch = take.pitch_deg + 12.0 * np.cos(crank - np.radians(300.0))
    inner = take.heel_out_deg + 1.0 * np.sin(crank - np.radians(80.0))
    turn = about(1, pitch) @ about(2, inner) @ about(0, take.roll_deg)
    heel, toe = np.array([HEEL_M, 0.0, take.heel_higher_m]), np.array([TOE_M, 0.0, 0.0])
    return axle + turn @ heel, axle + turn @ toe


def in_image(points: Array, set_up: SetUp, take: Take) -> Array:
    """Return places in the image of a pinhole camera that looks down, or up where it hangs below."""
    camera = np.array([take.moved_m[0], set_up.beside_m + take.moved_m[1], set_up.height_m])
    seen = (points - camera) @ (about(0, take.tilt_deg[0])[0] @ about(1, take.tilt_deg[1])[0]).T
    depth = np.abs(seen[:, 2:])
    return np.asarray(seen[:, :2] / depth)


def heading_deg(front: Array, back: Array) -> Array:
    """Return the direction of a line in the image [deg]."""
    along = front - back
    return np.degrees(np.arctan2(along[:, 1], along[:, 0]))


def read_deg(set_up: SetUp, take: Take) -> float:
    """Return the mean angle that is read."""
    middle = (150.0, 210.0) if set_up.only_bottom else (0.0, 360.0)
    crank_deg = np.linspace(*middle, 121)[:-1]
    heel, toe = (in_image(points, set_up, take) for points in shoe_points(take, crank_deg))
    bike = in_image(np.array([[0.35, 0.0, 0.05], [-0.35, 0.0, 0.05]]), set_up, take)
    return float(np.mean(heading_deg(toe, heel) - heading_deg(bike[:1], bike[1:])))


def changes_deg(set_up: SetUp, before: Take, after: list[Take]) -> Array:
    """Return the changes that are read where the true one is `TRUE_CHANGE_DEG`."""
    first = read_deg(set_up, before)
    return np.array([read_deg(set_up, take) - first for take in after])


def cases(seed: int, draws: int) -> dict[str, list[tuple[Take, list[Take]]]]:
    """Return by case the recordings before, each with those after."""
    dice = np.random.default_rng(seed)

    def pair(first_deg: float, **changed: object) -> tuple[Take, list[Take]]:
        before = Take(3.0, first_deg)
        return before, [replace(before, heel_out_deg=3.0 + TRUE_CHANGE_DEG, **changed)]  # type: ignore[arg-type]

    anew = [
        Take(
            3.0 + TRUE_CHANGE_DEG,
            tilt_deg=(float(dice.normal(0, 1.0)), float(dice.normal(0, 1.0))),
            moved_m=(float(dice.normal(0, 0.02)), float(dice.normal(0, 0.02))),
        )
        for _ in range(draws)
    ]
    high = Take(3.0, heel_higher_m=0.04)
    return {
        "nothing else changed, pitch 10": [pair(10.0)],
        "nothing else changed, pitch 20": [pair(20.0)],
        "nothing else changed, pitch 45 (standing)": [pair(45.0)],
        "pitch 20, then 24": [pair(20.0, pitch_deg=24.0)],
        "camera set up anew (1 deg, 20 mm)": [(Take(3.0), anew)],
        "shoe rolled by 2, heel point 40 mm higher": [(high, [replace(high, heel_out_deg=4.0, roll_deg=2.0)])],
    }


def main() -> None:
    """Print a table: what is read of a change of one degree, the worst of 95 % where there are many draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    columns = cases(told.seed, told.draws)
    for set_up in SET_UPS:
        print(f"\n{set_up.name}: zero off by {read_deg(set_up, Take(3.0)) - 3.0:+.1f} deg")
        for name, pairs in columns.items():
            read = np.concatenate([changes_deg(set_up, before, after) for before, after in pairs])
            low, high = np.percentile(read, [2.5, 97.5])
            verdict = "within 0.3" if max(abs(low - 1.0), abs(high - 1.0)) <= 0.3 else "NOT within 0.3"
            span = f"{low:.2f}" if read.size == 1 else f"{low:.2f} to {high:.2f}"
            print(f"  {name:45} {span:>14}  {verdict}")


if __name__ == "__main__":
    main()
