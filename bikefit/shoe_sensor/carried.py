"""A shoe on its way round: orientation, path, the windows of pedalling, and the circle fitted to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import Side
from bikefit.errors import RecordingError
from bikefit.model import Array
from bikefit.settings import Settings
from bikefit.shoe_sensor.circle import (
    WINDOW_S,
    WINDOWS_MOST,
    Circle,
    Path,
    fit_circle,
    high_passed_path,
    recentred,
    roundness,
)
from bikefit.shoe_sensor.mounting import rough_shoe_axes
from bikefit.shoe_sensor.orientation import Orientation, filtered, follow_heading, recorded
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.vectors import dots, lengths, plane_normal, swept

GRAVITY_LEAST_M_S2, GRAVITY_MOST_M_S2 = 7.0, 12.5


@dataclass(frozen=True)
class Stretch:
    """One unbroken stretch on its way through the steps: readings, orientation, and the paths that follow."""

    samples: Samples  # Readings on an even grid
    orientation: Orientation  # In the level frame that follows the shoe
    path: Path  # Of the sensor and of its axes in that frame
    turned_down: bool  # The recorder's own orientation does not go with its readings


@dataclass(frozen=True)
class Window(Path):
    """A few strokes about their centre."""

    turned: Array  # shape (n, 3, 3): the orientation itself


def carry(samples: Samples) -> Stretch:
    """Orient a stretch and integrate its path."""
    own = recorded(samples)
    quaternion, rested = (own, True) if own is not None else filtered(samples)
    orientation = follow_heading(quaternion, samples.step_s, drifts=not rested)
    path = high_passed_path(orientation.turned, samples.acc_m_s2, samples.step_s)
    return Stretch(samples, orientation, path, samples.quaternion is not None and own is None)


def check_gravity(stretches: list[Stretch], side: Side) -> None:
    """Refuse an accelerometer that does not hold gravity, on average over the recording."""
    mean = float(np.concatenate([dots(s.orientation.turned[:, 2], s.samples.acc_m_s2) for s in stretches]).mean())
    if not GRAVITY_LEAST_M_S2 < mean < GRAVITY_MOST_M_S2:
        raise RecordingError(
            f"The {side} shoe's accelerometer holds {mean:.1f} m/s^2 of gravity where 9.8 was expected. "
            "Record the acceleration with gravity (not the 'linear' one), in the unit that its column says."
        )


def round_windows(stretches: list[Stretch], settings: Settings) -> list[Window]:
    """Find windows of some ten seconds in which the shoe is carried round."""
    cuts: list[tuple[Stretch, slice]] = []
    for stretch in stretches:
        pieces = max(1, int(stretch.samples.time_s.size * stretch.samples.step_s / WINDOW_S))
        edges = np.linspace(0, stretch.samples.time_s.size, pieces + 1).astype(int)
        cuts.extend((stretch, slice(a, b)) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    some = cuts[:: max(1, len(cuts) // (3 * WINDOWS_MOST))]
    least = settings.carried_round_min_share
    found = [(stretch, cut) for stretch, cut in some if roundness(stretch.path.place_m[cut]) > least]
    chosen = found[:: max(1, math.ceil(len(found) / WINDOWS_MOST))]
    windows = [_window(stretch, cut) for stretch, cut in chosen]
    return [window for window in windows if roundness(window.place_m) > least]


def _window(stretch: Stretch, window: slice) -> Window:
    """Cut a window out of a stretch, about its own centre."""
    place, axes = stretch.path.place_m[window], stretch.path.axes[window]
    signals = np.concatenate([place.T, axes.reshape(-1, 9).T])
    centred = recentred(signals.T, place, stretch.samples.step_s)
    return Window(centred[:, :3], centred[:, 3:].reshape(-1, 3, 3), stretch.orientation.turned[window])


def axle_path(stretch: Stretch, circle: Circle) -> Array:
    """Return the pedal axle's path about the circle's centre."""
    axle = stretch.path.axle(circle.lever_m)
    return recentred(axle, axle, stretch.samples.step_s)


def _bike_axes(place: Array) -> Array:
    """Return forward, left and up of the bike, as columns, from one window of the path."""
    left = plane_normal(place, swept(place).sum(axis=0))
    forward = np.cross(left, [0.0, 0.0, 1.0])
    forward /= np.linalg.norm(forward)
    return np.stack([forward, left, np.cross(forward, left)], axis=1)


def rough_axes(windows: list[Window]) -> Array:
    """Guess the shoe's axes in the sensor's from the pedalling."""
    seen = [np.einsum("nij,ik->jk", window.turned, _bike_axes(window.place_m)) for window in windows]
    return rough_shoe_axes(np.sum(seen, axis=0))


def fit_stretches(stretches: list[Stretch], settings: Settings) -> tuple[Array, Circle] | None:
    """Return the shoe's rough axes and the pedal's circle; None where nothing is carried round."""
    windows = round_windows(stretches, settings)
    if not windows:
        return None
    axes = rough_axes(windows)
    return axes, fit_windows(windows, axes, settings)


def fit_windows(windows: list[Window], shoe_axes: Array, settings: Settings) -> Circle:
    """Fit lever arm and crank length on the better half of the windows: neither rocking nor a start is in it."""
    crank, spread = settings.crank_length_m, settings.crank_length_sd_m
    circle = fit_circle(windows, shoe_axes, crank, spread, rounds=3)
    for rounds in (2, 8):
        apart = [_apart(window.axle(circle.lever_m)) for window in windows]
        better = [windows[k] for k in np.argsort(apart)[: max(1, (len(windows) + 1) // 2)]]
        circle = fit_circle(better, shoe_axes, crank, spread, rounds)
    return circle


def _apart(axle: Array) -> float:
    """Return how far a path is from a circle in a plane, as a mean square [m^2]."""
    spread, directions = np.linalg.eigh(axle.T @ axle)
    beside, radius = float(spread[0]) / axle.shape[0], lengths(axle @ directions[:, 1:])
    return float(beside + np.var(radius))
