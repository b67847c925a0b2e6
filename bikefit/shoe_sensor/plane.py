"""The bike's fore-aft plane, seen from the shoe that it carries round, and the crank angle in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from bikefit.model import Array, Flags
from bikefit.settings import Settings
from bikefit.shoe_sensor.orientation import Orientation
from bikefit.shoe_sensor.vectors import crossed, dots, lengths, swept
from bikefit.signals import runs_of

BLOCK_S = 1.0
PLANE_FIRST_S, PLANE_SMOOTHING_S = 2.0, 6.0
TURN_SMOOTHING_S = 1.0
ROCKING_SMOOTHING_S = 3.0
TURN_MARGIN_S, ROCKING_MARGIN_S = 2.0, 4.0
"""What surrounds a bend or a stretch out of the saddle by less than this goes with it."""
ON_CIRCLE = 0.25
"""Largest relative error of the radius for a sample to count as on the circle."""


@dataclass(frozen=True)
class Plane:
    """The bike's plane and what happens in it, at each sample of a stretch."""

    # shape (n, 3): axes of the bike in the level frame that follows the shoe: to the rider's left, forward, up
    normal: Array
    forward: Array
    up: Array
    crank_rad: Array  # shape (n,): angle of this foot's crank, 0 = top; NaN where the pedal does not run round [rad]
    rocking_deg: Array  # shape (n,): amplitude of the bike's lean in time with the crank [deg]; NaN away from pedalling
    # shape (n,): whole seconds in which the pedal runs round at a plausible cadence; in which the bike turns; and in
    # which it rocks
    pedalling: Flags
    turning: Flags
    rocking: Flags

    @property
    def steady(self) -> Flags:
        """Pedalling in which the bike neither turns nor rocks."""
        return self.pedalling & ~self.turning & ~self.rocking


def block_length(step_s: float) -> int:
    """Return how many samples a block has."""
    return max(2, round(BLOCK_S / step_s))


def in_blocks(values: NDArray[Any], length: int) -> NDArray[Any]:
    """Cut rows into blocks, the last one filled up with zeros.

    Examples
    --------
    >>> in_blocks(np.arange(5.0), 2).tolist()
    [[0.0, 1.0], [2.0, 3.0], [4.0, 0.0]]
    """
    blocks = -(-values.shape[0] // length)
    full = np.zeros((blocks * length, *values.shape[1:]), dtype=values.dtype)
    full[: values.shape[0]] = values
    return full.reshape(blocks, length, *values.shape[1:])


def scatter_in_blocks(values: Array, length: int) -> Array:
    """Sum the outer products of the rows, block by block.

    Examples
    --------
    >>> scatter_in_blocks(np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0]]), 2)[0].tolist()
    [[2.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 0.0]]
    """
    columns = [np.ascontiguousarray(values[:, k]) for k in range(3)]
    scatter = np.empty((-(-values.shape[0] // length), 3, 3))
    for i in range(3):
        for j in range(i, 3):
            scatter[:, i, j] = scatter[:, j, i] = in_blocks(columns[i] * columns[j], length).sum(axis=1)
    return scatter


def local_line(values: Array, weight: Array, width: float) -> Array:
    """Smooth by a straight line through each point's neighbours (Gaussian weights).

    Unlike a moving mean a line keeps a steady drift exactly, at the ends of the pedalling too.

    Examples
    --------
    >>> local_line(np.arange(6.0), np.ones(6), 2.0).round(3).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    position = np.arange(values.size, dtype=float)
    known = np.where(weight > 0, values, 0.0)

    def blurred(signal: Array) -> Array:
        return np.asarray(gaussian_filter1d(signal, width, mode="constant", truncate=5.0))

    s0 = blurred(weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = blurred(weight * position) / s0
        mean = blurred(weight * known) / s0
        spread = blurred(weight * position**2) / s0 - centre**2
        slope = (blurred(weight * position * known) / s0 - centre * mean) / (spread + 1e-6)
        line = np.where(s0 > 1e-3, mean + slope * (position - centre), np.nan)
    return np.asarray(line, dtype=float)


def _smoothed(blocks: Array, width: float) -> Array:
    """Blur block values with a Gaussian; nothing lies beyond the ends."""
    return np.asarray(gaussian_filter1d(blocks, width, axis=0, mode="constant"))


def _widened(flags: Flags, margin: float) -> Flags:
    """Extend flagged runs by ``margin`` points to both sides."""
    reach = round(margin)
    spread = np.convolve(flags, np.ones(2 * reach + 1), mode="same") > 0
    return np.asarray(spread[: flags.size])


def _line_in_runs(values: Array, weight: Array, apart: Flags, width: float) -> Array:
    """Smooth by `local_line`, never across the points flagged ``apart``."""
    out = np.full(values.size, np.nan)
    for start, end in runs_of(~apart):
        out[start:end] = local_line(values[start:end], weight[start:end], width)
    return out


class _Blocks:
    """The path cut into seconds, and what is seen in each."""

    def __init__(self, axle_m: Array, heading_rad: Array, crank_m: float, step_s: float) -> None:
        self.axle, self.heading, self.crank_m = axle_m, heading_rad, crank_m
        self.count = axle_m.shape[0]
        self.length = block_length(step_s)
        self.scatter = scatter_in_blocks(axle_m, self.length)
        self.centres: Array = (np.arange(self.scatter.shape[0], dtype=float) + 0.5) * self.length - 0.5
        self.position: Array = np.arange(self.count, dtype=float)
        self.mean_heading = np.interp(self.centres, self.position, heading_rad)
        size = lengths(axle_m)
        self.on_circle = np.abs(size - crank_m) < ON_CIRCLE * crank_m
        areas = swept(axle_m)
        total = areas[self.on_circle[1:]].sum(axis=0)
        self.leftward = total / max(float(np.linalg.norm(total)), 1e-12)
        turned = np.zeros(self.count)
        turned[1:] = np.arcsin(np.clip(areas @ self.leftward / np.maximum(size[1:], 1e-6) ** 2, -1, 1))
        self.sizes = in_blocks(np.ones(self.count), self.length).sum(axis=1)
        self.cadence_rpm = in_blocks(turned, self.length).sum(axis=1) * 60.0 / (2.0 * np.pi * self.sizes * step_s)

    def normals(self, weight: Array) -> tuple[Array, Array]:
        """Return the heading of the bike in the filter's world and the lean of its plane, second by second [rad]."""
        normal = np.linalg.eigh(_smoothed(self.scatter * weight[:, None, None], PLANE_FIRST_S / BLOCK_S))[1][:, :, 0]
        normal *= np.where(normal @ self.leftward < 0, -1.0, 1.0)[:, None]
        bike = self.mean_heading + np.arctan2(-normal[:, 0], normal[:, 1])
        used = weight > 0
        bike[used] = np.unwrap(bike[used])
        return bike, np.arcsin(np.clip(normal[:, 2], -1, 1))

    def turn_deg_s(self, weight: Array) -> Array:
        """Return how fast the bike's heading turns, second by second; 0 where there is no pedalling."""
        bike, _ = self.normals(weight)
        known = weight > 0
        filled = np.interp(self.centres, self.centres[known], bike[known])
        smooth = np.asarray(gaussian_filter1d(filled, TURN_SMOOTHING_S / BLOCK_S, mode="nearest"))
        return np.degrees(np.gradient(smooth)) / BLOCK_S

    def axes(self, weight: Array, apart: Flags) -> tuple[Array, Array, Array]:
        """Return the bike's forward, left and up at each sample, from the blocks with weight."""
        bike, tilt = self.normals(weight)
        width = PLANE_SMOOTHING_S / BLOCK_S
        yaw = self.spread(_line_in_runs(bike, weight, apart, width)) - self.heading
        lean = self.spread(_line_in_runs(tilt, weight, apart, width))
        cosine, sine, upright = np.cos(yaw), np.sin(yaw), np.cos(lean)
        forward = np.stack([cosine, sine, np.zeros(self.count)]).T
        left = np.stack([-sine * upright, cosine * upright, np.sin(lean)]).T
        return forward, left, crossed(forward, left)

    def rocking_deg(self, crank_rad: Array, left: Array, weight: Array) -> Array:
        """Return the amplitude of the bike's lean, second by second."""
        twice = in_blocks(dots(self.axle, left) * np.exp(2j * crank_rad), self.length).mean(axis=1) * weight
        width = ROCKING_SMOOTHING_S / BLOCK_S
        strength = _smoothed(weight, width)
        swing = np.hypot(_smoothed(twice.real, width), _smoothed(twice.imag, width)) / np.maximum(strength, 1e-3)
        return np.where(strength > 1e-3, np.degrees(4.0 * swing / self.crank_m), np.nan)

    def spread(self, values: Array) -> Array:
        """Interpolate values of the blocks to samples; the nearest known one beyond the ends."""
        known = np.isfinite(values)
        if not known.any():
            return np.full(self.count, np.nan)
        return np.interp(self.position, self.centres[known], values[known])

    def over_samples(self, flags: Flags) -> Flags:
        """Repeat a flag of each block for its samples."""
        return np.repeat(flags, self.length)[: self.count]


def find_plane(
    axle_m: Array, orientation: Orientation, crank_m: float, step_s: float, settings: Settings
) -> Plane | None:
    """Find the bike's plane and the crank angle from the axle's path.

    Second by second the plane is the one in which the path lies (smallest axis of its scatter). Its heading is then
    smoothed in the FILTER's world, where the bike's heading only drifts, so that a sudden turn of the foot is not
    smeared; never across a bend or a stretch out of the saddle. Its left side is the one about which the pedal runs
    forward. A lean of the bike in time with the crank shows as a sideways motion at twice the crank's frequency:
    half the lean times the crank length.
    """
    blocks = _Blocks(axle_m, orientation.heading_rad, crank_m, step_s)
    circling = in_blocks(blocks.on_circle, blocks.length).sum(axis=1) > 0.8 * blocks.sizes
    riding = circling & (blocks.cadence_rpm > settings.cadence_min_rpm)
    riding &= blocks.cadence_rpm < settings.cadence_max_rpm
    if np.count_nonzero(riding) < 3:
        return None
    turn = blocks.turn_deg_s(riding * 1.0)
    turn -= float(np.median(turn[riding])) if orientation.drifts else 0.0
    turning = _widened(np.abs(turn) > settings.turning_max_deg_s, TURN_MARGIN_S / BLOCK_S)

    weight = (riding & ~turning) * 1.0
    if not weight.any():
        weight = riding * 1.0
    forward, left, up = blocks.axes(weight, turning)
    crank = np.arctan2(dots(axle_m, forward), dots(axle_m, up))
    lean = blocks.rocking_deg(crank, left, riding * 1.0)
    margin = ROCKING_MARGIN_S / BLOCK_S
    rocking = _widened(np.nan_to_num(lean) > settings.rocking_max_deg, margin) & _widened(riding, margin)
    if rocking.any() and (weight * ~rocking).any():
        forward, left, up = blocks.axes(weight * ~rocking, turning | rocking)
        crank = np.arctan2(dots(axle_m, forward), dots(axle_m, up))
    return Plane(
        normal=left,
        forward=forward,
        up=up,
        crank_rad=np.where(blocks.on_circle, crank, np.nan),
        rocking_deg=blocks.spread(lean),
        pedalling=blocks.over_samples(riding),
        turning=blocks.over_samples(turning & riding & ~rocking),
        rocking=blocks.over_samples(rocking),
    )
