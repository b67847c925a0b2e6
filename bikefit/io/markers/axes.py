"""Which lab axes point forward, left and up, read off the markers themselves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from bikefit.conventions import SIDES
from bikefit.io.markers.names import MARKER_NAMES, PARTS
from bikefit.model import Array, Finding, finding

USUAL_TOE_DOWN_DEG: Final = 20.0
"""Middle of the mean pitch of a pedalling or standing foot; 45 deg lie on either side before another axis is nearer."""
CLOSE_CALL: Final = 20.0
"""Difference of cost between the two best choices under which the choice counts as uncertain."""
CONTRADICTION_DEG: Final = 120.0
"""Evidence that points this far from the chosen axis contradicts it."""


def settle_axes(positions_mm: Mapping[str, Array], *, swap_sides: bool = False) -> tuple[Array, tuple[Finding, ...]]:
    """Find which lab axes point forward, left and up; ``positions @ matrix.T`` is in the world frame.

    All 24 right-handed ways to call three lab axes forward, left and up are tried; the one whose angles to the evidence
    add up to least is taken. The evidence: the toes point forward and somewhat down, the body is above the feet, the
    left foot is on the left, and the feet go round forward at the top. ``swap_sides`` exchanges left and right in the
    names. Findings give the choice, what speaks against it, and whether it was a close one.

    Examples
    --------
    >>> still = lambda *xyz: np.tile(np.array(xyz, float), (3, 1))
    >>> body = {"right_heel": still(0, 30, 120), "right_toe": still(260, 40, 125), "C7": still(50, 1500, 0),
    ...         "left_heel": still(0, 30, -120), "left_toe": still(260, 40, -125)}
    >>> settle_axes(body)[0].tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]
    """
    toes = _mean_way(positions_mm, [(f"{side}_heel", f"{side}_toe") for side in SIDES])
    # over whole strokes only the lateral part stays
    left_foot = _mean_way(positions_mm, [(f"right_{part}", f"left_{part}") for part in PARTS])
    body, spin = _body(positions_mm), _pedalling_axis(positions_mm)
    if swap_sides and left_foot is not None:
        left_foot = -left_foot
    evidence = ((body, 2), (left_foot, 1), (spin, 1))
    ranked = sorted(
        ((_disagreement(axes, toes, evidence), axes) for axes in _right_handed()), key=lambda choice: choice[0]
    )
    best = ranked[0][1]
    forward, left, up = (_axis_name(row) for row in best)
    found = [finding("marker_axes", forward=forward, left=left, up=up)]
    if ranked[1][0] - ranked[0][0] < CLOSE_CALL:
        found.append(finding("marker_axes_uncertain"))
    if left_foot is not None and _angle_deg(left_foot, best[1]) > CONTRADICTION_DEG:
        found.append(finding("marker_sides"))
    if spin is not None and _angle_deg(spin, best[1]) > CONTRADICTION_DEG:
        found.append(finding("marker_backwards"))
    return best, tuple(found)


def seen(positions: Mapping[str, Array], name: str) -> bool:
    """Say whether a marker is there and visible at least once.

    Examples
    --------
    >>> seen({"C7": np.full((2, 3), np.nan)}, "C7")
    False
    """
    return name in positions and bool(np.isfinite(positions[name]).all(axis=1).any())


def _disagreement(axes: Array, toes: Array | None, evidence: Sequence[tuple[Array | None, int]]) -> float:
    """Return by how many degrees the evidence contradicts a choice of axes; a direction counts half."""
    forward, left, up = axes
    total = 0.0
    if toes is not None:
        toe_down = float(np.degrees(np.arctan2(-toes @ up, toes @ forward)))
        total += abs((toe_down - USUAL_TOE_DOWN_DEG + 180.0) % 360.0 - 180.0)
        total += 0.5 * abs(90.0 - _angle_deg(toes, left))
    return total + sum(0.5 * _angle_deg(seen_way, axes[at]) for seen_way, at in evidence if seen_way is not None)


def _mean_way(positions: Mapping[str, Array], pairs: Sequence[tuple[str, str]]) -> Array | None:
    """Return the mean direction from the first to the second marker of each pair."""
    ways = [positions[end] - positions[start] for start, end in pairs if start in positions and end in positions]
    known = [way[np.isfinite(way).all(axis=1)] for way in ways]
    means = [way.mean(axis=0) for way in known if len(way)]
    return _unit(np.mean(means, axis=0)) if means else None


def _body(positions: Mapping[str, Array]) -> Array | None:
    """Return the direction from the feet to all other markers, ankles among them."""
    low = [name for name in MARKER_NAMES if not name.endswith("ankle")]
    means = {name: np.nanmean(values, axis=0) for name, values in positions.items() if seen(positions, name)}
    feet, body = ([mean for name, mean in means.items() if (name in low) == is_low] for is_low in (True, False))
    return _unit(np.mean(body, axis=0) - np.mean(feet, axis=0)) if feet and body else None


def _pedalling_axis(positions: Mapping[str, Array]) -> Array | None:
    """Return the axis about which the forefeet turn, pointing to the rider's left when pedalling forward."""
    for part in ("pedal", "forefoot", "toe"):
        arms = [positions[f"{side}_{part}"] for side in SIDES if seen(positions, f"{side}_{part}")]
        if not arms:
            continue
        arm = arms[1] - arms[0] if len(arms) == 2 else arms[0]
        arm = arm[np.isfinite(arm).all(axis=1)]
        arm = arm - arm.mean(axis=0)
        spread = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(arm.T)), 0.0)) if len(arm) > 3 else np.zeros(3)
        if spread[1] > 40.0 and spread[0] < 0.3 * spread[1]:
            return _unit(np.sum(np.cross(arm[:-1], arm[1:]), axis=0))
    return None


def _right_handed() -> Iterator[Array]:
    """Give the 24 rotations that take lab axes to lab axes."""
    for order, signs in itertools.product(itertools.permutations(range(3)), itertools.product((1.0, -1.0), repeat=3)):
        rows = np.eye(3)[list(order)] * np.array(signs)[:, np.newaxis] + 0.0
        if np.linalg.det(rows) > 0:
            yield rows


def _unit(vector: Array) -> Array | None:
    """Return a vector at length one; None where it has no length."""
    length = float(np.linalg.norm(vector))
    if not 0.0 < length < np.inf:
        return None
    direction: Array = vector / length
    return direction


def _angle_deg(one: Array, other: Array) -> float:
    """Return the angle between two directions [deg]."""
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))


def _axis_name(row: Array) -> str:
    """Return the name of a lab axis, such as ``-y``."""
    at = int(np.argmax(np.abs(row)))
    return ("+" if row[at] > 0 else "-") + "xyz"[at]
