"""One assembler for all formats: the same columns give the same recording, and ``--column`` the same channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.fit_bytes import STAMP, T0, Part, pack

import bikefit
from bikefit.conventions import CHANNELS
from bikefit.errors import BikefitError, RecordingError, UsageError
from bikefit.inspection import inspect_recording
from bikefit.io import ReadOptions, read_recording, read_sides
from bikefit.io.assemble import assemble
from bikefit.io.series import Parts, Series
from bikefit.model import Array, Recording

TWO_WEDGES = Path(__file__).parents[2] / "sample_data" / "two_wedges.csv"
RATE_HZ = 4
TIME_S = np.arange(80) / RATE_HZ


def write_mot(path: Path, columns: Mapping[str, Array]) -> Path:
    """Write columns as an OpenSim table in degrees, time first."""
    names = ["time", *(name for name in columns if name != "time_s")]
    rows = np.column_stack([columns["time_s"], *(columns[name] for name in names[1:])])
    head = ["Coordinates", "version=1", f"nRows={len(rows)}", f"nColumns={len(names)}", "inDegrees=yes", "endheader"]
    lines = ["\t".join(map(repr, row)) for row in rows.tolist()]
    path.write_text("\n".join([*head, "\t".join(names), *lines, ""]), encoding="utf-8")
    return path


def write_csv(path: Path, columns: Mapping[str, Array]) -> Path:
    pd.DataFrame(dict(columns)).to_csv(path, index=False)
    return path


def write_fit(path: Path, columns: Mapping[str, Array]) -> Path:
    """Write columns as an app's array fields of records once a second, without units."""
    part = Part().app()
    own = [name for name in columns if name != "time_s"]
    for number, name in enumerate(own):
        part.describe(number, 0x89, name.encode(), b"")
    part.define(1, 20, [STAMP], own=[(number, 8 * RATE_HZ, 0) for number in range(len(own))])
    for second in range(len(columns["time_s"]) // RATE_HZ):
        rows = slice(second * RATE_HZ, (second + 1) * RATE_HZ)
        part.data(1, pack(0x86, T0 + second) + b"".join(pack(0x89, *columns[name][rows]) for name in own))
    path.write_bytes(part.bytes())
    return path


FORMATS: dict[str, Callable[[Path, Mapping[str, Array]], Path]] = {"csv": write_csv, "mot": write_mot, "fit": write_fit}


def written(folder: Path, columns: Mapping[str, Array]) -> dict[str, Path]:
    return {kind: write(folder / f"ride.{kind}", columns) for kind, write in FORMATS.items()}


def test_a_table_of_opensim_gives_what_the_csv_gives(tmp_path: Path) -> None:
    table = pd.read_csv(TWO_WEDGES, comment="#")
    path = write_mot(tmp_path / "two_wedges.mot", {name: table[name].to_numpy() for name in table})
    told, same = (bikefit.analyze(file) for file in (TWO_WEDGES, path))
    assert {**told.to_dict(), "recording": None} == {**same.to_dict(), "recording": None}
    for side, foot in told.feet.items():
        pd.testing.assert_frame_equal(foot.stroke_table, same.feet[side].stroke_table)
        assert foot.strokes.reference == "crank_angle"
    assert foot.stroke_table["power_w"].notna().any()
    assert list(same.companions) == ["cadence_rpm", "power_w"]
    seen = [inspect_recording(file) for file in (TWO_WEDGES, path)]
    assert seen[0].feet == seen[1].feet
    assert (seen[0].can, seen[0].missing) == (seen[1].can, seen[1].missing)


def everything() -> dict[str, Array]:
    """One column a channel, each under a name that says nothing."""
    rng = np.random.default_rng(3)
    made: dict[str, Array] = {"time_s": TIME_S}
    for number, row in enumerate(CHANNELS[1:]):
        values = rng.normal(size=TIME_S.size)
        if row.kind == "crank":
            values = TIME_S * 400 % 360
        elif row.kind in ("pulse", "lap"):
            values = np.floor(TIME_S / 2) % (2 if row.kind == "pulse" else 100)
        made[f"column_{number}"] = values
    return made


ASKED = {
    f"right_{row.canonical}" if row.sided else row.canonical: f"column_{number}"
    for number, row in enumerate(CHANNELS[1:])
}


def held(recording: Recording) -> dict[str, Array]:
    """Every array of a recording under a name of its own."""
    arrays: dict[str, Array] = {"laps": np.array([[lap.number, lap.start_s, lap.end_s] for lap in recording.laps])}
    for part in (*recording.feet.values(), *recording.sensors.values()):
        arrays |= {f"{part.side} {key}": value for key, value in vars(part).items() if isinstance(value, np.ndarray)}
    for name, channel in recording.companions.items():
        arrays |= {f"{name} time_s": channel.time_s, name: channel.values}
    return arrays


def test_column_takes_the_same_channels_in_every_format(tmp_path: Path) -> None:
    read = {
        kind: read_recording(path, ReadOptions(columns=ASKED)) for kind, path in written(tmp_path, everything()).items()
    }
    wanted = held(read["csv"])
    assert {"right heel_out_deg", "right pitch_deg", "right crank_deg", "right tdc_s", "right quaternion"} <= set(
        wanted
    )
    assert {row.canonical for row in CHANNELS if row.kind == "companion"} <= set(wanted)
    assert {"crank_angle_deg", "tdc_pulse"} <= set(wanted)
    assert len(wanted["laps"]) == 10
    for kind in ("mot", "fit"):
        own = held(read[kind])
        assert set(own) == set(wanted), kind
        for name, values in wanted.items():
            np.testing.assert_allclose(own[name], values, atol=1e-6, err_msg=f"{kind}: {name}")


def test_column_takes_the_time_in_every_format(tmp_path: Path) -> None:
    columns = {"time_s": TIME_S, "left_heel_rotation_deg": np.sin(TIME_S), "clock_ticks": 5000 + TIME_S * 500}
    for kind, path in written(tmp_path, columns).items():
        if kind == "fit":  # one number a record
            part = Part().app().describe(0, 0x89, b"left_heel_rotation", b"deg").describe(1, 0x89, b"clock_ticks", b"")
            part.define(1, 20, [STAMP], own=[(0, 8, 0), (1, 8, 0)])
            for row, time_s in enumerate(TIME_S):
                heel, ticks = columns["left_heel_rotation_deg"][row], columns["clock_ticks"][row]
                part.data(1, pack(0x86, T0 + int(time_s)) + pack(0x89, heel, ticks))
            path.write_bytes(part.bytes())
        trace = read_recording(path, ReadOptions(columns={"time_ms": "clock_ticks"})).feet["left"]
        np.testing.assert_allclose(trace.time_s, TIME_S / 2, atol=1e-6)
        np.testing.assert_allclose(trace.heel_out_deg, np.sin(TIME_S), atol=1e-6)


TRC = (
    "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tUnits\n100\tmm\nFrame#\tTime\tRHEE\t\t\t\n\t\tX1\tY1\tZ1\n\n"
    "1\t0.0\t1\t2\t3\n2\t0.01\t1\t2\t3\n"
)


def said(path: Path, columns: Mapping[str, str]) -> BikefitError:
    with pytest.raises(BikefitError) as raised:
        read_recording(path, ReadOptions(columns=columns))
    return raised.value


def test_column_says_the_same_in_every_format(tmp_path: Path) -> None:
    paths = written(tmp_path, {"time_s": TIME_S, "left_heel_rotation_deg": np.sin(TIME_S)})
    paths["trc"] = tmp_path / "ride.trc"
    paths["trc"].write_text(TRC)
    no_channel = {str(said(path, {"left_heal_rotation_deg": "x"})) for path in paths.values()}
    assert len(no_channel) == 1
    assert "is not a channel. Did you mean 'left_heel_rotation_deg'" in no_channel.pop()
    assert {type(said(path, {"left_heal_rotation_deg": "x"})) for path in paths.values()} == {UsageError}
    del paths["trc"]
    for kind, path in paths.items():
        error = said(path, {"right_heel_rotation_deg": "left_heel_rotatoin_deg"})
        assert isinstance(error, RecordingError)
        expected = (
            f"ride.{kind}: there is no column 'left_heel_rotatoin_deg'. Did you mean 'left_heel_rotation_deg'? Its"
        )
        assert str(error).startswith(expected)


def test_a_marker_file_holds_no_other_channel(tmp_path: Path) -> None:
    path = tmp_path / "ride.trc"
    path.write_text(TRC)
    assert "markers only" in str(said(path, {"left_heel_rotation_deg": "RHEE"}))


def test_laps_of_the_shoe_that_began_later_stay_with_its_samples(tmp_path: Path) -> None:
    began_s = 1777600000 + TIME_S
    left = {"time_s": began_s + 2, "heel_rotation_deg": np.sin(TIME_S), "lap": np.repeat([1.0, 2.0], 40)}
    right = {"time_s": began_s, "heel_rotation_deg": np.cos(TIME_S)}
    read = read_sides([write_csv(tmp_path / "l.csv", left)], [write_csv(tmp_path / "r.csv", right)])
    assert (read.feet["left"].time_s[0], read.feet["right"].time_s[0], read.to_s) == (2.0, 0.0, 21.75)
    assert [(lap.number, lap.start_s, lap.end_s) for lap in read.laps] == [(1, 2.0, 12.0), (2, 12.0, 21.75)]


# ---- the assembler itself


def parts(*series: Series) -> Parts:
    return Parts("made", "made", "", series=series)


def test_series_with_times_of_their_own_meet_at_the_rotations() -> None:
    fast_s, slow_s = np.arange(40) / 20, np.arange(20) / 10
    made = assemble(
        parts(
            Series("left_heel_rotation", slow_s, np.sin(slow_s), "a"),
            Series("crank_angle", fast_s, fast_s * 500 % 360, "b"),
            Series("left_pitch", fast_s + 0.025, fast_s, "c"),
        ),
        ReadOptions(),
    )
    trace = made.feet["left"]
    assert trace.crank_deg is not None
    assert trace.pitch_deg is not None
    turn_deg = (trace.crank_deg - 180 - slow_s * 500 + 180) % 360 - 180
    np.testing.assert_allclose(turn_deg, 0.0, atol=1e-9)
    np.testing.assert_allclose(trace.pitch_deg[1:], slow_s[1:] - 0.025)
    assert np.isnan(trace.pitch_deg[0])


def test_a_crank_on_other_rows_of_the_table_is_not_lost(tmp_path: Path) -> None:
    heel, crank = np.sin(TIME_S), TIME_S * 100.0
    heel[1::2], crank[::2] = np.nan, np.nan
    columns = {"time_s": TIME_S, "right_heel_rotation_deg": heel, "crank_angle_deg": crank}
    for kind in ("csv", "mot"):
        trace = read_recording(written(tmp_path, columns)[kind]).feet["right"]
        np.testing.assert_allclose(trace.time_s, TIME_S[::2])
        assert trace.crank_deg is not None
        np.testing.assert_allclose(trace.crank_deg[1:], 100.0 * TIME_S[2::2], atol=1e-9)


def test_infinite_values_are_set_aside_in_every_format(tmp_path: Path) -> None:
    heel = np.sin(TIME_S)
    heel[7] = np.inf
    columns = {"time_s": TIME_S, "left_heel_rotation_deg": heel, "right_heel_rotation_deg": np.cos(TIME_S)}
    for kind, path in written(tmp_path, columns).items():
        read = read_recording(path)
        assert np.flatnonzero(~np.isfinite(read.feet["left"].heel_out_deg)).tolist() == [7], kind
        told = [item for item in read.findings if item.code == "impossible_values"]
        assert [item.values["count"] for item in told] == [1], kind


def test_an_unnamed_foot_is_told_and_named_alike(tmp_path: Path) -> None:
    columns = {"time_s": TIME_S, "heel_rotation_deg": np.sin(TIME_S)}
    for path in written(tmp_path, columns).values():
        untold, told = read_recording(path), read_recording(path, ReadOptions(side="left"))
        assert not untold.feet
        assert [info.meaning for info in untold.channels if info.meaning and info.meaning != "time_s"] == [
            "heel_rotation_deg"
        ]
        info = next(info for info in told.channels if info.meaning == "left_heel_rotation_deg")
        assert info.note.endswith("read as the left foot")
