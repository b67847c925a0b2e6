"""Does a recording hold what an analysis needs, and if not, what would help?"""

from __future__ import annotations

from difflib import get_close_matches

from bikefit.conventions import SIDES, other_side
from bikefit.errors import NoRotationError
from bikefit.io.names import is_unsided, shown
from bikefit.model import Finding, Recording, finding

_SHOWN_MAX = 20


def has_rotation(recording: Recording) -> bool:
    """Tell whether a recording holds a trace, a gyroscope with its accelerometer, or markers of a heel and its toe."""
    sensors = any(item.gyr_time_s.size and item.acc_time_s.size for item in recording.sensors.values())
    marked = recording.markers.positions_mm if recording.markers else {}
    return bool(recording.feet) or sensors or any({f"{side}_heel", f"{side}_toe"} <= set(marked) for side in SIDES)


def check_usable(recording: Recording) -> None:
    """Raise `NoRotationError`, naming what the file holds and what would work, unless it `has_rotation`."""
    if has_rotation(recording):
        return
    if is_of_one_foot(recording):
        raise NoRotationError(
            f"{recording.name}: the file holds one foot and does not say which. Add --side left or --side right."
        )
    for item in recording.findings:
        if item.level == "error":
            raise NoRotationError(f"{recording.name}: {item}")
    for side, sensor in recording.sensors.items():
        there, lacking = ("gyroscope", "accelerometer") if sensor.gyr_time_s.size else ("accelerometer", "gyroscope")
        raise NoRotationError(
            f"{recording.name}: this is the {side} shoe's {there} alone. Give its {lacking} file too: "
            f"--{side} {recording.name} --{side} OTHER-FILE."
        )
    raise NoRotationError(
        f"{recording.name}: the file holds no foot rotation. {_holdings(recording)} {_way_out(recording)}"
    )


def is_of_one_foot(recording: Recording) -> bool:
    """Tell whether a recording holds the channels of one foot without saying whose."""
    return any(is_unsided(channel.meaning) for channel in recording.channels)


def nearest_rotation_column(recording: Recording) -> str | None:
    """Return the unused column whose name comes closest to a foot's rotation, if any comes near."""
    free = {channel.name.casefold(): channel.name for channel in recording.channels if not channel.meaning}
    for wanted in ("left_heel_rotation_deg", "right_heel_rotation_deg", "heel_rotation_deg", "heel_out_deg"):
        near = get_close_matches(wanted, list(free), n=1, cutoff=0.6)
        if near:
            return free[near[0]]
    words = ("heel", "rotation", "ferse", "yaw", "foot", "shoe", "angle")
    return next((name for word in words for plain, name in free.items() if word in plain), None)


def unread_foot(recording: Recording) -> tuple[Finding, ...]:
    """Name the column that may be the other foot's where the rotation of only one was found, if any is near."""
    column = nearest_rotation_column(recording)
    if len(recording.feet) != 1 or column is None:
        return ()
    side = next(iter(recording.feet))
    values = {"side": side, "other": other_side(side), "column": shown(column)}
    return (finding("other_foot_unread", **values, word=_quoted(column)),)


def _quoted(column: str) -> str:
    """Return a column's name as it is typed."""
    return f"'{column}'" if " " in column else column


def _holdings(recording: Recording) -> str:
    """Return what a recording holds in a sentence."""
    names = [shown(channel.name, 40) for channel in recording.channels if channel.name]
    if not names:
        return "It holds no channel that is known."
    more = f" and {len(names) - _SHOWN_MAX} more" if len(names) > _SHOWN_MAX else ""
    return f"It holds: {', '.join(names[:_SHOWN_MAX])}{more}."


def _way_out(recording: Recording) -> str:
    """Return what to do where no rotation was found."""
    near = nearest_rotation_column(recording)
    example = _quoted(near) if near else "NAME"
    nearest = f" The nearest name is '{shown(near)}'." if near else ""
    return f"If one of them is the heel's rotation, say so: --column left_heel_rotation_deg={example}.{nearest}"
