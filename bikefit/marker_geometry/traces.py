"""Heel-out, pitch and crank angle from markers on the shoes.

The angle is that of the shoe's long axis against the bike's, about the normal of the sole: the lateral part of the
way from heel to toe, over its length. Its zero is the bike's axis, never the floor's.
"""

from __future__ import annotations

import numpy as np

from bikefit.conventions import SIDES, Side
from bikefit.errors import NoRotationError, RecordingError, flagged
from bikefit.marker_geometry.bike import crank_deg, in_bike_frame, without_drift
from bikefit.marker_geometry.false_places import without_false_places
from bikefit.marker_geometry.shoe import angles_deg, long_axis, seen_sides, stance_of
from bikefit.model import Finding, FootTrace, Markers, finding, reason
from bikefit.settings import DEFAULTS, Settings


def traces_from_markers(
    markers: Markers, static: Markers | None = None, settings: Settings = DEFAULTS
) -> tuple[dict[Side, FootTrace], tuple[Finding, ...]]:
    """Compute each foot's angles from the markers on its shoe.

    Parameters
    ----------
    markers : Markers
        Pedalling; ``left_heel`` and ``left_toe``, or the same of the right, at least.
    static : Markers, optional
        The same markers on the rider standing still on a level floor. It tells how much higher one marker sits above
        the sole than the other, and with a forefoot marker in both recordings the angle is corrected for it.
    settings : Settings
        Thresholds.

    Returns
    -------
    traces : dict of side to FootTrace
        ``heel_out_deg`` and ``pitch_deg`` with the bike's axis as zero; ``crank_deg`` where the markers show it.
    findings : tuple of Finding
        What was assumed or corrected.

    Raises
    ------
    NoRotationError
        If no foot has both heel and toe.
    RecordingError
        If the toes point backwards: heel and toe are exchanged.

    Notes
    -----
    1. The pedals' plane (pedal markers, else the point of each shoe that goes round a true circle) tells the bike's
       transverse axis; where it lies off the file's by more than its own uncertainty, the markers are turned into the
       bike's frame.
    2. With d the shoe's long axis, level with the sole: ``heel_out = asin(d . lateral)``, ``pitch = atan2`` of its
       downward and forward parts. Without a static trial d is the direction from heel to toe marker.
    3. The crank is the direction from the left pedal to the right one, or from the circle's centre where only one foot
       was seen. Where there is no circle, it is looked for once more without what the bike itself does slowly.
    4. A marker that stands still while others move is not seen, nor are those that are not as far apart as usual; a
       shoe of which that is true too often carries no number and does not tell the bike's axis.
    5. Feet that go round no circle of a pedal's walk, run or stand: their trace cannot carry a number.

    A shoe that rolls about its long axis moves a heel marker sitting h above the toe marker to the side:
    the reading errs by h / length degrees for each degree of roll unless corrected.

    Examples
    --------
    >>> heel, toe = np.zeros((3, 3)), np.full((3, 3), [245.0, 25.75, 0.0])
    >>> traces, _ = traces_from_markers(Markers(np.arange(3) / 100, {"right_heel": heel, "right_toe": toe}))
    >>> traces["right"].heel_out_deg.round(2).tolist()
    [6.0, 6.0, 6.0]
    """
    sides = seen_sides(markers.positions_mm)
    if not sides:
        raise NoRotationError("The markers show no foot with both heel and toe.")
    places, not_on_shoe, false = without_false_places(markers.positions_mm, markers.time_s, sides, settings)
    telling = [side for side in SIDES if side not in not_on_shoe] or SIDES
    positions, pedals, found = in_bike_frame(places, settings, telling)
    cranks = crank_deg(pedals, settings)
    if not cranks:
        moving = in_bike_frame(without_drift(places, markers.time_s), settings, telling)
        if cranks := crank_deg(moving[1], settings):
            positions, pedals, found = moving
    found.extend(false)
    if static is None:
        found.append(finding("marker_heights"))
    if not cranks:
        found.append(finding("markers_without_crank"))
    traces: dict[Side, FootTrace] = {}
    for side in sides:
        axis, own = long_axis(positions, side, static.positions_mm if static else None, settings)
        found.extend(own)
        heel_out, pitch = angles_deg(axis, side)
        if abs(float(np.nanmedian(pitch))) > 90.0:
            raise RecordingError(
                f"The {side} foot's toe marker lies behind its heel marker. Name them"
                + flagged(f" with --column {side}_heel=NAME --column {side}_toe=NAME", " the other way round")
                + "."
            )
        crank = cranks.get(side)
        no_circle = () if cranks else (reason("no_pedal_circle", side=side),)
        traces[side] = FootTrace(
            side, markers.time_s, heel_out, "bike",
            crank_deg=crank, crank_source="markers" if crank is not None else None, pitch_deg=pitch,
            obstacles=(not_on_shoe[side],) if side in not_on_shoe else no_circle,
        )  # fmt: skip
    return traces, tuple(found)


def static_heel_out_deg(static: Markers, settings: Settings = DEFAULTS) -> dict[Side, float]:
    """Return each foot's heel-out angle in a still trial.

    Examples
    --------
    >>> heel, toe = np.zeros((3, 3)), np.full((3, 3), [245.0, 25.75, 0.0])
    >>> round(static_heel_out_deg(Markers(np.arange(3) / 100, {"left_heel": heel, "left_toe": toe}))["left"], 2)
    -6.0
    """
    stances = {side: stance_of(static.positions_mm, side, settings) for side in SIDES}
    return {side: float(angles_deg(stance.level, side)[0]) for side, stance in stances.items() if stance is not None}
