"""Does a recording hold what an analysis needs, and if not, what would help?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from bikefit.conventions import SIDES, Side, other_side
from bikefit.errors import NoRotationError, flagged
from bikefit.io.markers.names import column_triples
from bikefit.io.markers.settle import ONE_CAMERA
from bikefit.io.names import NOT_FEET, UNITS, first_of, in_brackets, is_unsided, shown, side_in, unit_of, words_of
from bikefit.io.text.usual_names import is_counter, is_of_another_kind, one_of_several, usual_time
from bikefit.model import ChannelInfo, Finding, Recording, finding
from bikefit.words import ENGLISH, Words

_SHOWN_MAX: Final = 20
_MARKERS_MIN: Final = 5
"""So many triples of columns are markers; a sensor has four at most."""
_JOINTS: Final = re.compile(r"pelvis|hip_|knee|lumbar|thorax|shoulder|elbow|ankle_|subtalar|arm_|clavic|spine")
_JOINTS_MIN: Final = 4
_ANGLES: Final = frozenset(UNITS["deg"])
_NO_ANGLE: Final = frozenset({
    "velocity", "velocities", "vel", "speed", "rate", "acc", "accel", "acceleration", "accelerations", "gyr", "gyro",
    "gyroscope", "dps", "per", "geschwindigkeit", "drehrate", "beschleunigung", "temp", "temperature", "mag",
    "magnetometer",
})  # fmt: skip
"""Words of columns that hold no angle, whatever else their names hold."""
_HEEL_IN: Final = frozenset({"internal", "in", "inward", "innen", "innenrotation", "adduction"})
"""Words of angles that count the way to the bike as positive."""
_OF_THE_TOE: Final = frozenset({"toe", "toes", "forefoot", "zehe", "zehen", "fussspitze"})
"""Words of angles whose way to the bike is the heel's way from it."""
_OF_SENSORS: Final[Mapping[str, frozenset[str]]] = {"gyr": frozenset(UNITS["deg_s"]), "acc": frozenset(UNITS["m_s2"])}


@dataclass(frozen=True)
class NearRotation:
    """A column without a meaning that may be a foot's rotation: whose, and whether it seems to count heel-in.

    ``partner`` is the column that is called alike for the other foot; empty where there is none.
    """

    column: str
    side: Side
    heel_in: bool
    partner: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """Which channel the column would be, and its partner."""
        both = {self.side: self.column} | ({other_side(self.side): self.partner} if self.partner else {})
        return {f"{side}_heel_rotation_deg": both[side] for side in SIDES if side in both}

    @property
    def flags(self) -> list[str]:
        """What says so on the command line."""
        return column_flags(self.columns) + (["--positive", "heel-in"] if self.heel_in else [])


def column_flags(columns: Mapping[str, str]) -> list[str]:
    """Return the words of the command line that name columns: channel -> column."""
    return [word for key, name in columns.items() for word in ("--column", f"{key}={name}")]


def _typed(columns: Mapping[str, str]) -> str:
    """Return the same as it is typed."""
    return " ".join(f"--column {key}={_quoted(name)}" for key, name in columns.items())


def has_rotation(recording: Recording) -> bool:
    """Tell whether a recording holds a trace, a gyroscope with its accelerometer, or markers of a heel and its toe."""
    sensors = any(item.is_whole for item in recording.sensors.values())
    marked = recording.markers is not None and any(map(recording.markers.has_shoe, SIDES))
    return bool(recording.feet) or sensors or marked


def half_sensor(recording: Recording) -> tuple[Side, str, str] | None:
    """Return the side of a shoe sensor that is not whole, the half that is there and the one that lacks."""
    halves = ("gyroscope", "accelerometer")
    for side, sensor in recording.sensors.items():
        if not sensor.is_whole:
            return side, *(halves if sensor.gyr_time_s.size else halves[::-1])
    return None


def check_usable(recording: Recording) -> None:
    """Raise `NoRotationError`, naming what the file holds and what would work, unless it `has_rotation`."""
    if has_rotation(recording):
        return
    if is_of_one_foot(recording):
        raise NoRotationError(
            f"{recording.name}: the file holds one foot and does not say which. "
            + flagged("Add --side left or --side right.", "Say which shoe it was.")
        )
    for item in recording.findings:
        if item.level == "error":
            raise NoRotationError(f"{recording.name}: {flagged(str(item), ENGLISH.on_page.finding(item))}")
    half = half_sensor(recording)
    if half is not None:
        side, there, lacking = half
        raise NoRotationError(
            f"{recording.name}: this is the {side} shoe's {there} alone. Give its {lacking} file too"
            + flagged(f": --{side} {recording.name} --{side} OTHER-FILE.", ".")
        )
    held = _holdings(recording)
    raise NoRotationError(
        f"{recording.name}: the file holds no foot rotation. {held} {_way_out(recording)}", quoted=held
    )


def is_of_one_foot(recording: Recording) -> bool:
    """Tell whether a recording holds the channels of one foot without saying whose."""
    return any(is_unsided(channel.meaning) for channel in recording.channels)


def unread_foot(recording: Recording) -> tuple[Finding, ...]:
    """Name the column that may be the other foot's where the rotation of only one was found, if any is near."""
    near = near_rotation(recording)
    if len(recording.feet) != 1 or near is None:
        return ()
    side = next(iter(recording.feet))
    if side_in(near.column) == side:
        return ()
    values = {"side": side, "other": other_side(side), "column": shown(near.column)}
    if near.heel_in:  # --positive would turn the foot that was read, too
        return (finding("other_foot_turned", **values),)
    return (finding("other_foot_unread", **values, word=_quoted(near.column)),)


def _quoted(column: str) -> str:
    """Return a column's name as it is typed."""
    return f"'{column}'" if " " in column else column


def _holdings(recording: Recording) -> str:
    """Return what a recording holds in a sentence."""
    names = [shown(channel.name, 40) for channel in recording.channels if channel.name]
    if not names:
        return "It holds no channel that is known."
    return f"It holds: {first_of(names, _SHOWN_MAX)}."


def _way_out(recording: Recording) -> str:
    """Return what to do where no rotation was found."""
    markers = marker_flags(recording)
    if markers:
        return f"Name the markers at heel and toe of a foot{flagged(f': {_typed(markers)}')}."
    if _are_joints(recording):
        return (
            "These are angles of joints, not of the shoe on the pedal: give the marker file they come from, or the "
            "table of body positions that OpenSim's BodyKinematics writes (..._pos_global.sto)."
        )
    if _is_flat(recording):
        return f"Two coordinates a point are what one camera sees. {ONE_CAMERA}"
    near = near_rotation(recording)
    if near is not None:
        turned = " (and --positive heel-in, if heel-in is positive there)" if near.heel_in else ""
        called = " and ".join(f"'{shown(name)}'" for name in near.columns.values())
        say_so, channels = f"say so: {_typed(near.columns)}{turned}", " and ".join(near.columns)
        if near.partner:
            how = flagged(say_so, f"name them {channels}")
            return f"If two of them are the heels' rotation, {how}. The nearest names are {called}."
        how = flagged(say_so, f"name it {channels}")
        return f"If one of them is the heel's rotation, {how}. The nearest name is {called}."
    speeds = [item.name for item in _unused(recording) if _is_speed_of_a_foot(item)]
    if speeds:
        return f"'{shown(speeds[0])}' is a speed or an acceleration, not an angle. Export the foot's angle itself."
    flags = sensor_flags(recording)
    if flags:
        said = _typed({key: shown(name, 40) for key, name in flags.items()})
        return flagged(
            f"If six of them are a shoe sensor's, say which, and on which shoe it sat: --side right {said}",
            "If six of them are a shoe sensor's, name them gyr_x, gyr_y, gyr_z, acc_x, acc_y and acc_z.",
        )
    return flagged(_to_strap_on(ENGLISH), _to_strap_on(ENGLISH.on_page))


def _to_strap_on(words: Words) -> str:
    """Say what to record with, and where that is written."""
    return " ".join(words.text(f"inspection.{key}") for key in ("ride_strap", "ride_read"))


# ---- what a column without a meaning may be ----------------------------------------------------------------------


def near_rotation(recording: Recording) -> NearRotation | None:
    """Return the unused column that may be a foot's rotation: its name comes close, or its unit is an angle's."""
    if _are_joints(recording) or _is_flat(recording):
        return None
    angles = [item for item in _unused(recording) if not _NO_ANGLE & set(words_of(item.name))]
    column = _nearest_column(angles, has_sensors=bool(sensor_flags(recording)))
    if column is None:
        return None
    words = set(words_of(column))
    heel_in = bool(_HEEL_IN & words) != bool(_OF_THE_TOE & words)
    side = side_in(column)
    if side is None:
        return NearRotation(column, "left", heel_in)
    alike = (item.name for item in angles if side_in(item.name) == other_side(side))
    partner = next((name for name in alike if _without_side(name) == _without_side(column)), "")
    return NearRotation(column, side, heel_in, partner)


def _without_side(name: str) -> list[str]:
    """Return the words of a name without those that are a side."""
    return [word for word in words_of(name) if side_in(word) is None]


def _nearest_column(angles: Sequence[ChannelInfo], *, has_sensors: bool) -> str | None:
    """Return the name that comes nearest to a foot's rotation, else one in the unit of an angle."""
    free = {channel.name.casefold(): channel.name for channel in angles if _unit(channel) not in UNITS["deg_s"]}
    for wanted in ("left_heel_rotation_deg", "right_heel_rotation_deg", "heel_rotation_deg", "heel_out_deg"):
        own = [plain for plain in free if side_in(plain) in (None, side_in(wanted))]
        near = get_close_matches(wanted, own, n=1, cutoff=0.6)
        if near:
            return free[near[0]]
    words = ("heel", "rotation", "ferse", "yaw", "foot", "shoe", "angle")
    named = next((name for word in words for plain, name in free.items() if word in plain), None)
    if named is not None or has_sensors:
        return named
    return next((item.name for item in angles if _unit(item) in _ANGLES), None)


def _is_speed_of_a_foot(channel: ChannelInfo) -> bool:
    """Tell whether a column speaks of a foot's rotation, and of how fast it changes."""
    words = set(words_of(channel.name))
    return bool(_NO_ANGLE & words or _unit(channel) in UNITS["deg_s"]) and {"heel", "rotation"} <= words


def sensor_flags(recording: Recording) -> dict[str, str]:
    """Return which unused columns may be a gyroscope's and an accelerometer's: channel -> column; empty where none may.

    Told by their units, by names that are alike but for x, y and z, or by there being six in a file without a ride's
    channels.
    """
    if _is_flat(recording) or _are_joints(recording):
        return {}
    free = _unused(recording)
    of_unit = {kind: [item.name for item in free if _unit(item) in units] for kind, units in _OF_SENSORS.items()}
    if all(len(names) >= 3 for names in of_unit.values()):
        return _flags(of_unit["gyr"][:3], of_unit["acc"][:3])
    names = [item.name for item in free]
    told = one_of_several(names, recording.name)
    if told:
        gyr, acc = ([names[index] for index, _ in axes] for axes in told)
        return _flags(gyr, acc)
    names = [name for name in names if name and not (is_counter(name) or usual_time(name) or is_of_another_kind(name))]
    triples = [columns for columns, _ in column_triples(names).values()]
    if 2 <= len(triples) < _MARKERS_MIN:
        return _flags(triples[0], triples[1])
    ridden = recording.companions.keys() - {"cadence_rpm", "tdc_pulse"}
    few = len(names) >= 6 and not ridden and not recording.markers and not triples
    return _flags(names[:3], names[3:6]) if few else {}


def _are_joints(recording: Recording) -> bool:
    """Tell whether the columns are the coordinates of a body's joints, as inverse kinematics gives them."""
    named = [name for name in (item.name.casefold() for item in _unused(recording)) if _JOINTS.search(name)]
    return len(named) >= _JOINTS_MIN


def _is_flat(recording: Recording) -> bool:
    """Tell whether there are heel and toe with x and y and without z, as programs export them that follow points."""
    words = [words_of(in_brackets(item.name)[0]) for item in _unused(recording)]
    axes = {word[-1] for word in words if word and {"heel", "toe", "ferse", "zehe"} & set(word[:-1])}
    return {"x", "y"} <= axes and "z" not in axes


def marker_flags(recording: Recording) -> dict[str, str]:
    """Return how heel and toe of a foot are named where a file holds markers and none of them is known by name."""
    unnamed = any(item.code == "markers_without_feet" for item in recording.findings)
    unnamed = unnamed or len(column_triples(item.name for item in _unused(recording))) >= _MARKERS_MIN
    return {"right_heel": "NAME", "right_toe": "NAME"} if unnamed else {}


def _flags(gyr: Sequence[str], acc: Sequence[str]) -> dict[str, str]:
    """Return channels of a gyroscope and an accelerometer by the columns' names."""
    rates = {f"gyr_{axis}_deg_s": name for axis, name in zip("xyz", gyr, strict=True)}
    return rates | {f"acc_{axis}_m_s2": name for axis, name in zip("xyz", acc, strict=True)}


def _unused(recording: Recording) -> list[ChannelInfo]:
    """Return the channels whose meaning nobody knows."""
    return [item for item in recording.channels if not item.meaning and not set(item.notes) & set(NOT_FEET)]


def _unit(channel: ChannelInfo) -> str | None:
    """Return the unit of a channel that is not used, as its description or its name says it."""
    name, bracketed = in_brackets(channel.name)
    ending = re.search(r"_(deg_s|rad_s|dps|deg|rad|m_s2|mg|g)$", name.casefold())
    return unit_of(channel.unit) if channel.unit else unit_of(bracketed or (ending[1] if ending else ""))
