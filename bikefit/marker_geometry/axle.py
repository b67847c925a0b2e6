"""The pedal's axle: the one point of the shoe that goes round a true circle."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.marker_geometry.shoe import shoe_frame, unit
from bikefit.model import Array
from bikefit.settings import DEFAULTS, Settings

USUAL_CRANK_MM: Final = (172.5, 8.0)
"""Crank length and its standard deviation among riders."""
USUAL_PLACE_MM: Final = (-75.0 - 30.0j, 50.0)
"""Where the axle lies from the toe marker, along the shoe and up, and the standard deviation of each."""
MISFIT_MM: Final = 3.0
"""How far a real shoe's axle strays from its circle: a flexing shoe, a shifting marker."""
INDEPENDENT_SAMPLES: Final = 40
"""Misfits repeat from stroke to stroke, so that many samples say little more than a few."""
STEPS_MAX: Final = 20
SAMPLES_MAX: Final = 6000
SECTOR_SHARE: Final = 0.3
"""A foot that goes round spends at least this share of the usual time in each twelfth of the circle."""
AHEAD_MM: Final = 40.0
"""The axle is not further ahead of the toe marker than this."""

Complex = NDArray[np.complex128]


def axle_of(heel: Array, toe: Array, forefoot: Array | None = None, settings: Settings = DEFAULTS) -> Array | None:
    """Fit the pedal's axle to the motion of a shoe.

    In the plane forward and up, as complex numbers, the axle is toe + w u with u the shoe's direction and w fixed.
    w, the circle's centre and its radius minimise the distances from the circle (Gauss-Newton, Cauchy weights), held
    by priors where the shoe hardly pitches and every point of it goes round alike; the crank angle is then the same
    for all of them. On simulated shoes the crank angle comes out within 0.1 deg from toe markers alone.

    Examples
    --------
    >>> crank = np.radians(np.arange(0.0, 1080.0, 5.0))
    >>> axle = 170.0 * np.column_stack([np.sin(crank), 0.0 * crank, np.cos(crank)])
    >>> pitch = np.radians(20.0 + 15.0 * np.sin(crank))
    >>> along = np.column_stack([np.cos(pitch), 0.0 * pitch, -np.sin(pitch)])
    >>> found = axle_of(axle - 170.0 * along, axle + 90.0 * along)
    >>> bool(np.abs(found - axle).max() < 2.0)
    True
    """
    between = toe - heel
    along = unit(between)
    direction = _flat(along)
    with np.errstate(invalid="ignore"):  # hidden markers
        direction /= np.abs(direction)
    place = _flat(toe)
    known = np.flatnonzero(np.isfinite(place) & np.isfinite(direction))
    if known.size < 20:
        return None
    chosen = known[np.linspace(0, known.size - 1, min(known.size, SAMPLES_MAX)).astype(int)]
    fixed = _fit(place[chosen], direction[chosen], settings)
    if fixed is None:
        return None
    up = np.stack([-direction.imag, np.zeros(len(toe)), direction.real], axis=-1)
    if forefoot is not None:
        rolled = _up_with_roll(shoe_frame(heel, toe, forefoot))
        up = np.where(np.isfinite(rolled), rolled, up)
    axle: Array = toe + fixed.real * along + fixed.imag * up
    return axle


def _up_with_roll(frame: Array) -> Array:
    """Return the shoe's upward direction, which rolls with it and is upright on average."""
    aside, across = frame[..., 1], frame[..., 2]
    known = np.isfinite(aside[:, 1])
    if not known.any():
        return np.full_like(aside, np.nan)
    lean = np.arctan2(-across[known, 1].mean(), aside[known, 1].mean())
    up: Array = np.cos(lean) * across + np.sin(lean) * aside
    return up if up[known, 2].mean() > 0 else -up


def _flat(way: Array) -> Complex:
    """Return the part forward and up as a complex number."""
    flat: Complex = way[:, 0] + 1j * way[:, 2]
    return flat


def _fit(place: Complex, direction: Complex, settings: Settings) -> complex | None:
    """Return where the axle lies from the marker, in the shoe's own directions."""
    (usual, usual_sd), (crank, crank_sd) = USUAL_PLACE_MM, USUAL_CRANK_MM
    fixed, radius = usual, crank
    centre = complex(np.median((place + fixed * direction).real), np.median((place + fixed * direction).imag))
    scale = np.sqrt(min(1.0, INDEPENDENT_SAMPLES / place.size)) / MISFIT_MM
    prior = np.diag([1.0 / usual_sd, 1.0 / usual_sd, 0.0, 0.0, 1.0 / crank_sd])
    for _ in range(STEPS_MAX):
        arm = place + fixed * direction - centre
        length = np.maximum(np.abs(arm), 1e-9)
        outward = arm / length
        misfit = length - radius
        weight = scale / np.sqrt(1.0 + (misfit / (5.0 * MISFIT_MM)) ** 2)
        turned = outward.conj() * direction
        slopes = np.column_stack([turned.real, -turned.imag, -outward.real, -outward.imag, -np.ones(place.size)])
        away = fixed - usual
        pull = [away.real / usual_sd, away.imag / usual_sd, 0.0, 0.0, (radius - crank) / crank_sd]
        step = np.linalg.lstsq(
            np.vstack([slopes * weight[:, np.newaxis], prior]), -np.concatenate([misfit * weight, pull]), rcond=None
        )[0]
        fixed, centre, radius = fixed + complex(step[0], step[1]), centre + complex(step[2], step[3]), radius + step[4]
        if np.abs(step).max() < 1e-3:
            break
    arm = place + fixed * direction - centre
    misfit_mm = settings.pedal_circle_misfit_mm
    near = np.abs(np.abs(arm) - radius) < 4.0 * misfit_mm
    good = near.sum() > 0.5 * place.size and np.std(np.abs(arm[near])) < misfit_mm and _all_round(np.angle(arm[near]))
    good &= fixed.real < AHEAD_MM
    return fixed if good and settings.crank_min_mm < radius < settings.crank_max_mm else None


def _all_round(angle_rad: Array) -> bool:
    """Say whether directions lie all round the circle; a foot that steps leaves part of it out."""
    sectors = np.histogram(angle_rad, bins=12, range=(-np.pi, np.pi))[0]
    return bool(sectors.min() > SECTOR_SHARE * np.median(sectors))
